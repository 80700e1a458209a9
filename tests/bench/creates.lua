-- wrk: a new resource with each request. Arguments: path, form (turtle or update), first number.
local path, form, number
init = function(arguments)
  path, form, number = arguments[1], arguments[2], tonumber(arguments[3])
end
local text = string.rep("commun ", 40)
request = function()
  number = number + 1
  local body = ' a <http://virtual-assembly.org/ontologies/pair#Project> ;'
    .. ' <http://virtual-assembly.org/ontologies/pair#label> "Projet ' .. number .. '" ;'
    .. ' <http://www.w3.org/2004/02/skos/core#prefLabel> "Projet ' .. number .. '"@fr ;'
  for n = 1, 8 do
    body = body .. ' <http://registry.example/ontology#p' .. n .. '> "' .. n .. text .. '"@fr ;'
  end
  body = body .. ' <http://virtual-assembly.org/ontologies/pair#comment> "' .. text .. '" .'
  if form == "update" then
    local name = "<http://registry.example/new/w" .. number .. ">"
    body = "INSERT DATA { GRAPH " .. name .. " { " .. name .. body .. " } }"
    return wrk.format("POST", path, { ["Content-Type"] = "application/sparql-update" }, body)
  end
  local headers = { ["Content-Type"] = "text/turtle", ["Authorization"] = wrk.headers["Authorization"] }
  return wrk.format("POST", path, headers, "<>" .. body)
end
done = function(summary, latency)
  local failed = summary.errors.status + summary.errors.timeout + summary.errors.read
  io.write(string.format("RESULT %.1f %d\n", summary.requests / (summary.duration / 1e6), failed))
end
