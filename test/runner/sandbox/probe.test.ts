import { execFile } from "node:child_process";
import { chmod, mkdir, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { usualBounds } from "../../../src/runner/sandbox/limits.ts";
import { openBubblewrap } from "../../../src/runner/sandbox/open-bubblewrap.ts";
import type { SandboxOptions } from "../../../src/runner/sandbox/open-sandbox.ts";
import { probe } from "../../../src/runner/sandbox/probe.ts";
import type { Rooms, Sandbox } from "../../../src/runner/sandbox/sandbox.ts";
import { hasBubblewrap, openedSandbox } from "./opened.ts";

describe.skipIf(!(await hasBubblewrap()))("the probe", () => {
  it("finds nothing in a sandbox that holds", async () => {
    expect(await foundIn("")).toBe(null);
  });

  it.each([
    ["of the machine's network", "s/^--unshare-net$//", "a way to the network (127.0.0.1)"],
    ["with the machine's processes", "s/^--proc$/--ro-bind\\n\\/proc/", "processes outside"],
    [
      "that shows the runner's folder",
      "s|^--remount-ro$|--ro-bind\\nTEMP\\nTEMP\\n--remount-ro|",
      "files of the runner",
    ],
    ["with variables of the runner's", "s/^--clearenv$/--setenv\\nTOKEN\\nx/", "the runner's variable TOKEN"],
    [
      "without the gateway",
      "s/gateway.sock$/nothing.sock/",
      "it does not start (bwrap: Can't find source path",
    ],
    [
      "that does not start",
      "s/^--unshare-net$/--unshare-nothing/",
      "it does not start (bwrap: Unknown option",
    ],
  ])("refuses one %s", async (_, change, why) => {
    expect(await foundIn(change)).toContain(why);
  });

  it("refuses one whose gateway has died", async () => {
    expect(await foundIn("", { isGatewayThere: false })).toContain("no gateway");
  });
});

/** Opens a sandbox whose bubblewrap is told other arguments, one a line, as the text for `sed` changes them. */
async function foundIn(change: string, { isGatewayThere = true } = {}): Promise<string | null> {
  let found: string | null = "not tried";
  const open = async (rooms: Rooms, { temp, bounds }: SandboxOptions): Promise<Sandbox> => {
    const bin = join(temp, "..", "bin");
    const path = `${bin}:${process.env["PATH"]}`;
    await mkdir(bin);
    const { stdout } = await promisify(execFile)("bash", ["-c", "command -v bwrap"]);
    const text = `#!/bin/bash\nif [ $1 = --version ]; then exec ${stdout.trim()} --version; fi\nmapfile -t args < <(printf '%s\\n' "$@" | sed '${change.replaceAll("TEMP", temp)}' | sed '/^$/d')\nexec ${stdout.trim()} "\${args[@]}"\n`;
    await writeFile(join(bin, "bwrap"), text);
    await chmod(join(bin, "bwrap"), 0o755);
    const all = { ...(await usualBounds(rooms.clone)), ...bounds };
    const sandbox = await openBubblewrap(
      rooms,
      { path, home: homedir(), toolcaches: [], runner: null, temp },
      all,
    );
    if (typeof sandbox === "string") throw new Error(sandbox);
    found = await probe(sandbox, rooms, temp);
    return sandbox;
  };
  const opened = await openedSandbox({ open, isGatewayThere });
  await opened.close();
  return found;
}
