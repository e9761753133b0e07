/** Plays a `container:` with bubblewrap: processes of its own on this machine's files. No image is fetched. */
import { access, constants } from "node:fs/promises";
import { delimiter, join } from "node:path";
import type { Container, WantedContainer } from "./container.ts";
import { machinePath } from "./contexts.ts";
import { startProcess } from "./process.ts";
import { StepFailure } from "./step-failure.ts";

/** bubblewrap always brings the first process that `--init` asks for. */
const PLAYED = new Set(["--privileged", "--init"]);

/** Throws for what it cannot play, and where bubblewrap is not there. */
export async function openBubblewrap({ environment, options, volumes }: WantedContainer): Promise<Container> {
  const unplayed = options.find((word) => !PLAYED.has(word));
  if (unplayed !== undefined)
    throw new StepFailure(
      `Without a container engine the playground does not play the option '${unplayed}' of a \`container:\`: take it out`,
    );
  if (volumes.length > 0)
    throw new StepFailure(
      "Without a container engine the playground does not play `volumes:` of a `container:`: take them out",
    );
  if (process.getuid?.() !== 0 || !(await isOnPath("bwrap")))
    throw new StepFailure(
      "Without a container engine the playground plays `container:` with bubblewrap, as root: install bubblewrap, or take `container:` out of the job",
    );
  const isPrivileged = options.includes("--privileged");
  return {
    words: "bubblewrap: processes of its own on this machine's files",
    environment,
    path: machinePath(),
    start: (command) => startProcess({ ...command, ...commandIn(isPrivileged, command) }),
    // Each program's first process takes all that it has left behind with it.
    close: async () => undefined,
  };
}

/** The command line that starts a program inside. Polite signals reach the program: all that stands around it ignores them. */
function commandIn(
  isPrivileged: boolean,
  program: { file: string; arguments: string[] },
): { file: string; arguments: string[] } {
  const ownProcesses = isPrivileged
    ? // What bubblewrap mounts itself is covered in places, and the kernel lets nobody mount another inside then.
      ["--cap-add", "ALL", "--", "/bin/sh", "-c", 'mount -t proc proc /proc && exec "$@"', "sh"]
    : ["--proc", "/proc", "--"];
  const around = [
    "bwrap",
    "--die-with-parent",
    "--unshare-pid",
    "--bind",
    "/",
    "/",
    "--dev-bind",
    "/dev",
    "/dev",
  ];
  const heeding = ["env", "--default-signal=INT,TERM"];
  const all = [...around, ...ownProcesses, ...heeding, program.file, ...program.arguments];
  return { file: "/bin/sh", arguments: ["-c", 'trap "" INT TERM; exec "$@"', "sh", ...all] };
}

async function isOnPath(name: string): Promise<boolean> {
  for (const folder of (process.env["PATH"] ?? "").split(delimiter)) {
    try {
      await access(join(folder, name), constants.X_OK);
      return true;
    } catch {
      // Not in this folder.
      continue;
    }
  }
  return false;
}
