-- wrk: GET of one of N addresses, drawn at random. Arguments: N, what stands after the number,
-- Accept, If-None-Match (may be empty).
local count, after, accept, tag
init = function(arguments)
  count, after, accept, tag = tonumber(arguments[1]), arguments[2], arguments[3], arguments[4]
  math.randomseed(7)
  -- One entity tag per address is read beforehand, so that If-None-Match is true of each.
  tags = {}
  if tag ~= "" then
    for line in io.lines(tag) do tags[#tags + 1] = line end
  end
end
request = function()
  local number = math.random(0, count - 1)
  local headers = { ["Accept"] = accept }
  if #tags > 0 then headers["If-None-Match"] = tags[number + 1] end
  return wrk.format("GET", "/organizations/synthese-" .. number .. after, headers)
end
done = function(summary, latency)
  local failed = summary.errors.status + summary.errors.connect + summary.errors.read
    + summary.errors.timeout
  local rate = summary.requests / (summary.duration / 1e6)
  io.write(string.format("RESULT %.1f %d %.3f\n", rate, failed, latency:percentile(99) / 1e3))
end
