/** Random small histories: where git's own rebase (or merge) comes through, a rebase by GZA comes to the same tree; where it stops, GZA stops too. */
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { expect, it } from "vitest";
import { rebased, storyText, type Rebased, type Story } from "./rebased.ts";

const OLD = ["a", "b", "d/c", "d/e", "d/f"];
const START = OLD.map((path) => `mkdir -p d; for i in $(seq 12); do echo "${path} $i"; done > ${path}`);

const anyOld = fc.constantFrom(...OLD);
const anyNew = fc.constantFrom(...OLD, "d", "d/n", "n", "y/a");

/** Shell text that does nothing where it does not fit what is there. */
function anyChange(side: string): fc.Arbitrary<string> {
  const line = fc.tuple(anyOld, fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 9 }));
  return fc.oneof(
    {
      weight: 3,
      arbitrary: line.map(([path, n, m]) => `[ ! -f ${path} ] || sed -i '${n}s/.*/${side} ${m}/' ${path}`),
    },
    anyOld.map((path) => `[ ! -f ${path} ] || echo ${side} >> ${path}`),
    anyOld.map((path) => `rm -rf ${path}`),
    anyOld.map((path) => `[ ! -f ${path} ] || chmod +x ${path}`),
    anyOld.map((path) => `[ ! -f ${path} ] || ln -sf ${side} ${path}`),
    fc
      .tuple(anyOld, anyNew)
      .map(
        ([from, to]) =>
          `[ ! -e ${from} ] || [ -e ${to} ] || { mkdir -p $(dirname ${to}) && git mv ${from} ${to}; }`,
      ),
    fc
      .tuple(anyNew, fc.constantFrom(side, "same"))
      .map(([path, words]) => `[ -d ${path} ] || [ -f $(dirname ${path}) ] || put ${path} '${words}\\n'`),
    fc.constant("[ ! -d d ] || [ -e z ] || git mv d z"),
  );
}

function commitsOf(side: string): fc.Arbitrary<string[]> {
  const commit = fc.array(anyChange(side), { minLength: 1, maxLength: 2 });
  return fc.array(
    commit.map((changes) => changes.map((change) => `{ ${change}; } 2> /dev/null || true`).join("\n")),
    { minLength: 1, maxLength: 3 },
  );
}

it("comes to what git's own rebase comes to", async () => {
  const anyStory = fc.record({ branch: commitsOf("ours"), base: commitsOf("theirs"), shared: fc.boolean() });
  await fc.assert(
    fc.asyncProperty(anyStory, async (told) => {
      const story: Story = { ...told, start: START.join("\n") };
      const done = await rebased(story);

      const own = ownWay(story);
      expect(cameTo(done, own)).toBe(own.tree);
    }),
    { seed: 7, numRuns: 40, endOnFailure: true },
  );
});

/** What both came to, as trees; null: it stops. */
interface OwnWay {
  tree: string | null;
  baseTree: string;
}

function cameTo({ raw, tip }: Rebased, { tree, baseTree }: OwnWay): string | null | undefined {
  if (raw.rebase?.by === "nothing") return tree;
  if (raw.end === "unchanged") return baseTree;
  return raw.end === "conflict" ? null : /^tree (\w+)/.exec(tip ?? "")?.[1];
}

function ownWay(story: Story): OwnWay {
  const root = mkdtempSync(join(tmpdir(), "gza-like-git-"));
  try {
    const folder = join(root, "repository");
    mkdirSync(folder);
    const file = join(root, "story.sh");
    writeFileSync(file, `git init --quiet --template= --initial-branch=main\n${storyText(story)}`);
    const who = { NAME: "Ann", EMAIL: "ann@example.com" };
    const names = Object.entries(who).flatMap(([key, value]) => [
      [`GIT_AUTHOR_${key}`, value],
      [`GIT_COMMITTER_${key}`, value],
    ]);
    const env = { PATH: process.env["PATH"] ?? "", HOME: root, ...Object.fromEntries(names) };
    const run = (program: string, ...args: string[]): string =>
      execFileSync(program, args, { cwd: folder, env, encoding: "utf8", stdio: "pipe" }).trim();
    run("bash", file);
    run("git", "checkout", "--quiet", "gza/7-task");
    const way = story.shared
      ? "git merge --quiet --no-ff -m Merge main"
      : "git rebase --quiet --empty=drop --no-keep-empty main";
    const set = "git config merge.directoryRenames true";
    const tried = `${set}; ${way} > /dev/null 2>&1 && git rev-parse HEAD^{tree} || echo stopped`;
    const answer = run("bash", "-c", tried);
    return { tree: answer === "stopped" ? null : answer, baseTree: run("git", "rev-parse", "main^{tree}") };
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}
