/** Opens the strictest sandbox that this machine has, and says what is missing where there is none. */
import { homedir } from "node:os";
import { startGroup } from "../process-group.ts";
import type { Machine } from "./layout.ts";
import { usualBounds, type Bounds } from "./limits.ts";
import { openBubblewrap } from "./open-bubblewrap.ts";
import type { OpenedSandbox, Rooms, Sandbox } from "./sandbox.ts";

export interface SandboxOptions {
  /** The runner's own folder, of which no program inside sees anything but the rooms in it. */
  temp: string;
  /** The environment of the runner, for the search path and the folders of tools. */
  environment: Record<string, string | undefined>;
  /** Instead of what is usual for a machine of this size. */
  bounds?: Partial<Bounds>;
}

const NEXT =
  "On GitHub's own machines the step `prepare` installs bubblewrap; elsewhere install it, allow user namespaces (`sysctl kernel.apparmor_restrict_unprivileged_userns=0`), in a `container:` give it `options: --privileged`, or write `sandbox: off` into .github/gza.yml.";

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
    home: homedir(),
    toolcaches: toolcaches.flatMap((folder) => folder ?? []),
    temp,
  };
  const all = { ...usualBounds(), ...bounds };
  const sandbox = await openBubblewrap(rooms, machine, all);
  if (sandbox === null) return { kind: "refused", why: `No sandbox: bubblewrap is not installed. ${NEXT}` };
  return { kind: "sandbox", sandbox };
}

/** `sandbox: off`, which somebody has to write by hand. */
function nothingAround(): Sandbox {
  return { kind: "off", limits: "none", start: startGroup, close: async () => undefined };
}
