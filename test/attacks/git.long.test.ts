/** Family F: what an agent can do to its own repository. Nothing of it runs outside, nothing foreign gets into the work, and honest work gets out. */
import { execFileSync } from "node:child_process";
import {
  appendFileSync,
  chmodSync,
  cpSync,
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { expect, it } from "vitest";
import type { Report } from "../../src/domain/report.ts";
import { prepare } from "../../src/runner/prepare.ts";
import { startGroup } from "../../src/runner/process-group.ts";
import { publish } from "../../src/runner/publish/publish.ts";
import { blankReport } from "../../src/runner/raw-report.ts";
import { saveWork, type SavedWork } from "../../src/runner/save-work/save-work.ts";
import { createTaskServer, run, type TaskServer } from "../runner/task-server.ts";

/** Where the agent is. */
interface Scene {
  clone: string;
  git: string;
  /** A program that leaves a trace when somebody runs it. */
  program: string;
  /** Another repository of this machine with a commit that is nobody's business. */
  other: string;
  secret: string;
  root: string;
}

const SECRET = "nobody's business\n";

function put(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}

function sceneOf({ root, inputs }: TaskServer): Scene {
  const program = join(root, "evil.sh");
  put(program, `#!/bin/sh\necho ran >> ${join(root, "trace")}\ncat\n`);
  chmodSync(program, 0o755);
  const other = join(root, "other");
  put(join(other, "private.txt"), SECRET);
  run(other, "init", "--quiet", "--initial-branch=main");
  run(other, "add", "--all");
  run(other, "commit", "--quiet", "-m", "Private");
  const { clone } = inputs;
  return { clone, git: join(clone, ".git"), program, other, secret: run(other, "rev-parse", "HEAD"), root };
}

/** An agent that has done its work, and something else. By the way inside and, where nothing can be started, outside. */
async function saved(
  server: TaskServer,
  way: "inside" | "outside",
  attack: (scene: Scene) => void,
): Promise<{ work: SavedWork; report: Report; ran: boolean; files: string[]; told: string }> {
  const { inputs, job, root } = server;
  expect(await prepare(inputs, server.remote)).toEqual({ kind: "ready" });
  const scene = sceneOf(server);
  put(join(scene.clone, "honest.txt"), "work\n");
  attack(scene);
  const home = join(root, "home");
  mkdirSync(home, { recursive: true });
  const start: typeof startGroup = (program, patience) =>
    startGroup(way === "inside" ? program : { ...program, file: "/nonexistent" }, patience);
  const work = await saveWork({ inputs, job, start, home });
  const commits = work.kind === "work" ? work.commits : 0;
  const raw = blankReport({ attempt: 1, kind: "implement", end: "completed", summary: "Done." });
  put(join(inputs.handOver, "raw-report.json"), JSON.stringify({ ...raw, commits }));
  await publish(inputs, server.remote);
  const report = server.report();
  const ran = existsSync(join(root, "trace"));
  const head = report.work?.head ?? null;
  const files = head === null ? [] : server.git("ls-tree", "-r", "--name-only", head).split("\n");
  const objects = server.git("rev-list", "--objects", "--all");
  const told = `${objects}\n${existsSync(join(inputs.handOver, "work.bundle")) ? run(server.bare, "bundle", "list-heads", join(inputs.handOver, "work.bundle")) : ""}`;
  return { work, report, ran, files, told };
}

/** The honest work gets through all the same. */
const HARMLESS: readonly (readonly [name: string, attack: (scene: Scene) => void])[] = [
  [
    "F1 hooks",
    ({ git, program }) => {
      mkdirSync(join(git, "hooks"), { recursive: true });
      for (const hook of [
        "pre-commit",
        "post-commit",
        "post-index-change",
        "reference-transaction",
        "post-checkout",
      ])
        cpSync(program, join(git, "hooks", hook));
      run(dirname(git), "config", "core.hooksPath", ".git/hooks");
    },
  ],
  ["F2 a file system monitor", ({ clone, program }) => void run(clone, "config", "core.fsmonitor", program)],
  [
    "F4 settings that lead elsewhere",
    ({ clone, other, program }) => {
      run(clone, "config", `url.file://${other}.insteadOf`, "file://");
      run(clone, "config", "remote.origin.url", other);
      run(clone, "config", "remote.origin.receivepack", program);
      run(clone, "config", "core.sshCommand", program);
      run(clone, "config", "core.worktree", other);
      run(clone, "config", "include.path", program);
    },
  ],
  [
    "F5 filters",
    ({ clone, git, program }) => {
      run(clone, "config", "filter.evil.clean", program);
      run(clone, "config", "filter.evil.process", program);
      run(clone, "config", "filter.evil.required", "true");
      put(join(git, "info", "attributes"), "* filter=evil\n");
    },
  ],
  [
    "F6 programs that show differences, sign or page",
    ({ clone, git, program }) => {
      for (const key of [
        "diff.evil.textconv",
        "diff.external",
        "gpg.program",
        "core.pager",
        "core.editor",
        "merge.evil.driver",
      ])
        run(clone, "config", key, program);
      run(clone, "config", "commit.gpgSign", "true");
      put(join(git, "info", "attributes"), "* diff=evil merge=evil\n");
    },
  ],
  [
    "F7 alternates",
    ({ git, other }) =>
      put(join(git, "objects", "info", "alternates"), `${join(other, ".git", "objects")}\n`),
  ],
  [
    "F11 replacements",
    ({ clone, other }) => {
      const head = run(clone, "rev-parse", "HEAD");
      run(clone, "fetch", "--quiet", other, "main");
      run(clone, "update-ref", `refs/replace/${head}`, "FETCH_HEAD");
    },
  ],
  [
    "F12 grafts and a shallow end",
    ({ clone, git }) => {
      const head = run(clone, "rev-parse", "HEAD");
      put(join(git, "info", "grafts"), `${head}\n`);
      put(join(git, "shallow"), `${head}\n`);
    },
  ],
  [
    "F13 another work tree, an index lock, an odd index",
    ({ clone, git, other }) => {
      run(clone, "worktree", "add", "--quiet", "../elsewhere");
      put(join(git, "index.lock"), "");
      put(join(git, "index"), "no index");
      put(join(git, "commondir"), `${join(other, ".git")}\n`);
      put(join(git, "config.worktree"), "[core]\n\tbare = true\n");
    },
  ],
  [
    "F15 pipes, sockets and links in the files",
    ({ clone }) => {
      execFileSync("mkfifo", [join(clone, "pipe")]);
      symlinkSync("honest.txt", join(clone, "link"));
    },
  ],
];

it("the trap works: git itself, in such a clone, runs the program", async () => {
  using server = createTaskServer([]);
  expect(await prepare(server.inputs, server.remote)).toEqual({ kind: "ready" });
  const { clone, program, root } = sceneOf(server);
  run(clone, "config", "core.fsmonitor", program);

  run(clone, "status");

  expect(existsSync(join(root, "trace"))).toBe(true);
});

const WAYS = ["inside", "outside"] as const;

it.each(HARMLESS.flatMap(([name, attack]) => WAYS.map((way) => [name, way, attack] as const)))(
  "%s, saved %s: nothing runs, and the work gets through",
  async (_, way, attack) => {
    using server = createTaskServer([]);

    const { work, report, ran, files, told } = await saved(server, way, attack);

    expect(ran).toBe(false);
    expect(work).toMatchObject({ kind: "work", commits: 1 });
    expect(report).toMatchObject({ end: "completed", work: { commits: 1 } });
    expect(files).toContain("honest.txt");
    expect(files).not.toContain("private.txt");
    expect(told).not.toContain("private.txt");
  },
);

/** What cannot be told from an attack is not read at all, and it is said why. */
const REFUSED: readonly (readonly [name: string, attack: (scene: Scene) => void, why: RegExp])[] = [
  [
    "F3 a repository in the repository with a monitor of its own",
    ({ clone, program }) => {
      put(join(clone, "nested", "a.txt"), "x\n");
      run(join(clone, "nested"), "init", "--quiet");
      run(join(clone, "nested"), "add", "--all");
      run(join(clone, "nested"), "commit", "--quiet", "-m", "x");
      run(join(clone, "nested"), "config", "core.fsmonitor", program);
    },
    /guard/,
  ],
  [
    "F7 alternates and a HEAD that is only there",
    ({ git, other, secret }) => {
      put(join(git, "objects", "info", "alternates"), `${join(other, ".git", "objects")}\n`);
      writeFileSync(join(git, "HEAD"), `${secret}\n`);
    },
    /without all that its HEAD stands for/,
  ],
  [
    "F8 a .git that is a file and names another repository",
    ({ git, other }) => {
      rmSync(git, { recursive: true });
      writeFileSync(git, `gitdir: ${join(other, ".git")}\n`);
    },
    /without its folder \.git/,
  ],
  [
    "F9 a .git that is a link to another repository",
    ({ git, other }) => {
      rmSync(git, { recursive: true });
      symlinkSync(join(other, ".git"), git);
    },
    /without its folder \.git/,
  ],
  [
    "F10 objects that are a link",
    ({ git, other }) => {
      renameSync(join(git, "objects"), join(git, "old"));
      symlinkSync(join(other, ".git", "objects"), join(git, "objects"));
    },
    /without its folder \.git\/objects/,
  ],
  [
    "F10 single objects that are links",
    ({ git, other, secret }) => {
      for (const folder of readdirSync(join(other, ".git", "objects")).filter((name) => name.length === 2))
        for (const file of readdirSync(join(other, ".git", "objects", folder))) {
          mkdirSync(join(git, "objects", folder), { recursive: true });
          symlinkSync(join(other, ".git", "objects", folder, file), join(git, "objects", folder, file));
        }
      writeFileSync(join(git, "HEAD"), `${secret}\n`);
    },
    /without all that its HEAD stands for/,
  ],
  [
    "F13 a HEAD that leads out of the repository",
    ({ git, other }) => {
      writeFileSync(join(git, "HEAD"), `ref: refs/../../../other/.git/refs/heads/main\n`);
      symlinkSync(join(other, ".git", "refs", "heads"), join(git, "refs", "out"));
    },
    /without a readable HEAD/,
  ],
  [
    "F13 a ref below a link",
    ({ git, other }) => {
      symlinkSync(join(other, ".git", "refs", "heads"), join(git, "refs", "out"));
      writeFileSync(join(git, "HEAD"), "ref: refs/out/main\n");
    },
    /without a readable HEAD/,
  ],
  [
    "F14 a file without end",
    ({ clone }) => {
      writeFileSync(join(clone, "huge.bin"), "");
      truncateSync(join(clone, "huge.bin"), 5 * 1024 ** 3);
    },
    /new files of 53687\d+ bytes/,
  ],
  [
    "F14 a flood of files",
    ({ clone }) => {
      mkdirSync(join(clone, "flood"));
      for (let n = 0; n < 20_001; n += 1) writeFileSync(join(clone, "flood", String(n)), "");
    },
    /20002 new files/,
  ],
];

it.each(REFUSED.flatMap(([name, attack, why]) => WAYS.map((way) => [name, way, attack, why] as const)))(
  "%s, saved %s: nothing runs, and it is said",
  async (_, way, attack, why) => {
    using server = createTaskServer([]);

    const { work, report, ran, told } = await saved(server, way, attack);

    expect(ran).toBe(false);
    expect(report.work).toBeNull();
    expect(work.kind === "unreadable" ? work.why : report.summary).toMatch(why);
    expect(told).not.toContain("private.txt");
  },
);

it.each(WAYS)("odd names and hard links are saved %s as what they are", async (way) => {
  using server = createTaskServer([]);

  const { work, report, ran } = await saved(server, way, ({ clone }) => {
    writeFileSync(join(clone, "a\nb.txt"), "x\n");
    writeFileSync(Buffer.concat([Buffer.from(`${clone}/`), Buffer.from([0xff, 0xfe])]), "x\n");
    linkSync(join(clone, "honest.txt"), join(clone, "same.txt"));
    appendFileSync(join(clone, "same.txt"), "more\n");
  });

  expect(ran).toBe(false);
  expect(work).toMatchObject({ kind: "work", commits: 1 });
  expect(report.end).toBe("guard_refused");
  expect(report.guard.map(({ rule }) => rule)).toEqual(["odd_path", "odd_path"]);
});
