/** What a sandbox promises to the rest of the runner, whichever way this machine has to keep it. */
import type { Group, Patience, Program } from "../process-group.ts";

/** As the report says it: `user`: a second user of the machine; `off`: nothing around the program. */
export type SandboxKind = "bubblewrap" | "user" | "off";

/** What programs inside may see and change. Everything else of the machine's files is out of their sight. */
export interface Rooms {
  /** The agent's clone: theirs, under the same path as outside. */
  clone: string;
  /** A scratch folder that is all they see of a home: theirs too. */
  home: string;
  /** Further folders and files that they can read, under the same paths: an agent's program, for instance. */
  readable: readonly string[];
  /** The unix socket at which the gateway listens, outside; inside it is the port `GATEWAY_PORT` of loopback. */
  gateway: string;
}

/** The port of loopback at which programs inside find the gateway. */
export const GATEWAY_PORT = 3128;

export interface Sandbox {
  kind: SandboxKind;
  /** What bounds its processes and memory: a control group, or limits of each process by itself. */
  limits: "cgroup" | "rlimit" | "none";
  /**
   * Starts a program inside, with `program.env` as all of its environment and `program.cwd` in one of the rooms. Ended as every group is;
   * with it everything that it has started is gone, whatever that did to get away.
   */
  start(program: Program, patience?: Patience): Group;
  /** Ends what is left inside and takes away what was laid out for it. */
  close(): Promise<void>;
}

export type OpenedSandbox =
  | { kind: "sandbox"; sandbox: Sandbox }
  /** Nothing may start: what is missing and the next step, as one sentence for people. */
  | { kind: "refused"; why: string };
