/** Opens the strictest sandbox that this machine has, and says what is missing where there is none. */
import { homedir } from "node:os";
import { startGroup } from "../process-group.ts";
import { runnerOf, type Machine } from "./layout.ts";
import { usualBounds, type Bounds } from "./limits.ts";
import { openBubblewrap } from "./open-bubblewrap.ts";
import { probe } from "./probe.ts";
import { openSecondUser } from "./second-user.ts";
import type { OpenedSandbox, Rooms, Sandbox } from "./sandbox.ts";

export interface SandboxOptions {
  /** The runner's own folder, of which no program inside sees anything but the rooms in it. */
  temp: string;
  /** The environment of the runner, for the search path, the home and the folders of tools. */
  environment: Record<string, string | undefined>;
  /** Instead of what is usual for a machine of this size. */
  bounds?: Partial<Bounds>;
}

const NEXT =
  "On GitHub's own machines the step `prepare` installs bubblewrap; elsewhere install it, allow user namespaces (`sysctl kernel.apparmor_restrict_unprivileged_userns=0`), in a `container:` give it `options: --privileged`, or write `sandbox: off` into .github/gza.yml: then the agent can read the model's key.";

/** A way to a sandbox; instead of one, why this machine has none of the kind. */
interface Way {
  name: string;
  open: (rooms: Rooms, machine: Machine, bounds: Bounds) => Promise<Sandbox | string>;
}

const BUBBLEWRAP: Way = { name: "bubblewrap", open: openBubblewrap };

const SECOND_USER: Way = { name: "a second user", open: openSecondUser };

/** The stricter first. */
const WAYS: Record<"auto" | "uid", readonly Way[]> = {
  auto: [BUBBLEWRAP, SECOND_USER],
  uid: [SECOND_USER],
};

/** The gateway must listen already: that it can be reached from inside is tried out too. */
export async function openSandbox(
  wanted: "auto" | "uid" | "off",
  rooms: Rooms,
  { temp, environment, bounds }: SandboxOptions,
): Promise<OpenedSandbox> {
  if (wanted === "off") return { kind: "sandbox", sandbox: nothingAround() };
  const toolcaches = [environment["RUNNER_TOOL_CACHE"], environment["AGENT_TOOLSDIRECTORY"]];
  const machine: Machine = {
    path: environment["PATH"] ?? "/usr/local/bin:/usr/bin:/bin",
    home: environment["HOME"] ?? homedir(),
    toolcaches: toolcaches.flatMap((folder) => folder ?? []),
    runner: runnerOf(process.execPath),
    temp,
  };
  const all = { ...(await usualBounds(rooms.clone)), ...bounds };
  const reasons: string[] = [];
  for (const { name, open } of WAYS[wanted]) {
    const sandbox = await open(rooms, machine, all);
    if (typeof sandbox === "string") {
      reasons.push(`${name}: ${sandbox}`);
      continue;
    }
    const why = await probe(sandbox, rooms, temp);
    if (why === null) return { kind: "sandbox", sandbox };
    reasons.push(`${name}: ${why}`);
    await sandbox.close();
  }
  return { kind: "refused", why: `This machine has no sandbox that holds (${reasons.join("; ")}). ${NEXT}` };
}

/** `sandbox: off`, which somebody has to write by hand. */
function nothingAround(): Sandbox {
  return { kind: "off", limits: "none", start: startGroup, close: async () => undefined };
}
