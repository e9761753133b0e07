/** Makes repositories for tests, commit by commit, of anything that git can store. */
import { git } from "../../src/runner/git/git.ts";

/** Content of a plain file, or what else it is; null: it is deleted. */
export type MadeFile =
  | string
  | Buffer
  | { mode: "100755" | "120000"; content: string }
  | { submodule: string }
  | null;

export interface MadeCommit {
  subject: string;
  files?: { [path: string]: MadeFile };
  /** Made on a branch of its own and merged in, after which these files are in the merge too. */
  merged?: { [path: string]: MadeFile };
}

/** The repository is bare, at `dir`; its branch is `main`. Paths are strings of bytes where they begin with `latin1:`. */
export async function makeRepository(dir: string, commits: readonly MadeCommit[]): Promise<void> {
  await git(["init", "--quiet", "--bare", "--template=", "--initial-branch=main", dir], { dir: null });
  const stream: Buffer[] = [];
  let time = 1_700_000_000;
  let mark = 0;
  const add = (text: string | Buffer): number => stream.push(Buffer.from(text));
  const commit = (branch: string, { subject, parents }: { subject: string; parents: string[] }): number => {
    mark += 1;
    time += 60;
    add(`commit refs/heads/${branch}\nmark :${mark}\ncommitter Bo <bo@example.com> ${time} +0000\n`);
    add(`data ${Buffer.byteLength(subject)}\n${subject}\n${parents.join("")}`);
    return mark;
  };
  const write = (files: { [path: string]: MadeFile }): void => {
    for (const [path, file] of Object.entries(files)) for (const part of command(path, file)) add(part);
  };
  let last = 0;
  for (const { subject, files = {}, merged } of commits) {
    const parents = last === 0 ? [] : [`from :${last}\n`];
    if (merged !== undefined) {
      const side = commit("side", { subject: `On the side: ${subject}`, parents });
      write(merged);
      parents.push(`merge :${side}\n`);
    }
    last = commit("main", { subject, parents });
    write({ ...merged, ...files });
  }
  await git(["fast-import", "--quiet"], { dir, input: Buffer.concat(stream) });
}

function command(path: string, file: MadeFile): (string | Buffer)[] {
  const name = path.startsWith("latin1:") ? Buffer.from(path.slice(7), "latin1") : Buffer.from(path);
  const quoted = Buffer.concat([Buffer.from(' "'), escaped(name), Buffer.from('"\n')]);
  if (file === null) return ["D", quoted];
  if (typeof file === "object" && "submodule" in file) return [`M 160000 ${file.submodule}`, quoted];
  const isPlain = typeof file === "string" || Buffer.isBuffer(file);
  const content = Buffer.from(isPlain ? file : file.content);
  return [`M ${isPlain ? "100644" : file.mode} inline`, quoted, `data ${content.length}\n`, content, "\n"];
}

/** As git quotes names. */
function escaped(name: Buffer): Buffer {
  return Buffer.from(name.toString("latin1").replaceAll(/["\\]/g, String.raw`\$&`), "latin1");
}
