// The built server on a port that the system gives, with the source and demo sets, in a folder of
// its own that goes with it.

import { spawn } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const PROGRAM = fileURLToPath(new URL("../../target/release/codesocial", import.meta.url));

/** A server, configured by the text of a file. */
export async function serve(configuration = "") {
  const folder = await mkdtemp(join(tmpdir(), "codesocial-browser-"));
  const file = join(folder, "codesocial.toml");
  await writeFile(file, configuration);
  const sets = ["--load", "source", "--load", "demo"];
  const place = ["--config", file, "--data", join(folder, "data"), "--listen", "127.0.0.1:0"];
  const child = spawn(PROGRAM, ["serve", ...place, ...sets], {
    stdio: ["ignore", "pipe", "inherit"],
    env: { ...process.env, RUST_LOG: "warn" },
  });
  const ended = new Promise((resolve) => child.once("exit", resolve));
  const stop = async () => {
    child.kill();
    await ended;
    await rm(folder, { recursive: true });
  };
  for await (const line of createInterface({ input: child.stdout })) {
    const address = line.match(/^listening on (http:.*)$/);
    if (address) {
      child.stdout.resume();
      return { address: address[1], stop };
    }
  }
  await stop();
  throw new Error(`${PROGRAM} did not serve`);
}
