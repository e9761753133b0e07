/** Commits that no git command would make, written object by object and handed to the publisher as an agent's bundle. */
import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { blankReport } from "../../src/runner/raw-report.ts";
import type { TaskServer } from "../runner/task-server.ts";

/** A file of a tree; `name` is one name, not a path. */
export interface RawEntry {
  mode: string;
  name: string | Buffer;
  oid: string;
}

export interface RawWork {
  /** The tree of the base, which most attacks add something to. */
  base: RawEntry[];
  blob(content: string | Buffer): string;
  /** As it is given, in this order. */
  tree(entries: readonly RawEntry[]): string;
  /** On top of the one before; the first on top of the base. */
  commit(tree: string): string;
}

/** Leaves a finished attempt whose bundle holds what `write` commits. */
export function leaveRaw(server: TaskServer, write: (work: RawWork) => void): void {
  const { bare, base, inputs } = server;
  const run = (args: string[], input: string | Buffer = ""): string =>
    execFileSync("git", args, {
      cwd: bare,
      input,
      env: { ...process.env, ...IDENTITY, GIT_DIR: bare },
      encoding: "utf8",
      maxBuffer: 1 << 28,
    }).trim();
  let tip = base;
  let commits = 0;
  write({
    base: entriesOf(run(["ls-tree", base])),
    blob: (content) => run(["hash-object", "-w", "--stdin"], content),
    tree: (entries) => {
      const parts = entries.map(({ mode, name, oid }) =>
        Buffer.concat([
          Buffer.from(`${mode.replace(/^0/, "")} `),
          Buffer.from(name),
          Buffer.from([0]),
          Buffer.from(oid, "hex"),
        ]),
      );
      return run(["hash-object", "-t", "tree", "-w", "--literally", "--stdin"], Buffer.concat(parts));
    },
    commit: (tree) => {
      const { GIT_AUTHOR_NAME: name, GIT_AUTHOR_EMAIL: mail } = IDENTITY;
      const who = `${name} <${mail}> 1790000000 +0000`;
      const text = `tree ${tree}\nparent ${tip}\nauthor ${who}\ncommitter ${who}\n\nWork\n`;
      tip = run(["hash-object", "-t", "commit", "-w", "--literally", "--stdin"], text);
      commits += 1;
      return tip;
    },
  });
  mkdirSync(inputs.handOver, { recursive: true });
  run(["update-ref", "refs/heads/work", tip]);
  run(["bundle", "create", "--quiet", join(inputs.handOver, "work.bundle"), "work", `^${base}`]);
  run(["update-ref", "-d", "refs/heads/work"]);
  const raw = {
    ...blankReport({ attempt: 1, kind: "implement", end: "completed", summary: "Done." }),
    commits,
  };
  writeFileSync(join(inputs.handOver, "raw-report.json"), JSON.stringify(raw));
}

/** The entries in git's order, in which a folder counts as if a slash stood behind it. */
export function sorted(entries: readonly RawEntry[]): RawEntry[] {
  const key = ({ mode, name }: RawEntry): Buffer =>
    Buffer.concat([Buffer.from(name), Buffer.from(/^0?40000$/.test(mode) ? "/" : "")]);
  return entries.toSorted((one, other) => Buffer.compare(key(one), key(other)));
}

const IDENTITY = {
  GIT_AUTHOR_NAME: "Eve",
  GIT_AUTHOR_EMAIL: "eve@example.com",
  GIT_COMMITTER_NAME: "Eve",
  GIT_COMMITTER_EMAIL: "eve@example.com",
};

function entriesOf(listing: string): RawEntry[] {
  return listing.split("\n").map((line) => {
    const [facts = "", name = ""] = line.split("\t");
    const [mode = "", , oid = ""] = facts.split(" ");
    return { mode, name, oid };
  });
}
