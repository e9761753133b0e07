/** `npm run release`: puts the built action onto the branch `action` of this clone, as a commit of its own, and says what comes next. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const BRANCH = "refs/heads/action";
/** What a workflow run needs of the action; nothing of its sources. */
const PARTS = ["LICENSE", "action/action.yml", "action/agents", "action/dist"];

const root = join(import.meta.dirname, "..");
const folder = mkdtempSync(join(tmpdir(), "gza-release-"));
try {
  // An index of its own: whatever is staged in this clone stays so.
  const env = { ...process.env, GIT_INDEX_FILE: join(folder, "index") };
  const git = (...args: string[]): string =>
    execFileSync("git", ["-C", root, ...args], { env, encoding: "utf8" }).trim();
  git("add", "--force", "--", ...PARTS);
  const tree = git("write-tree");
  const before = git("for-each-ref", "--format=%(objectname)", BRANCH);
  const source = git("rev-parse", "HEAD");
  const isSame = before !== "" && git("rev-parse", `${before}^{tree}`) === tree;
  const parents = before === "" ? [] : ["-p", before];
  // Where git knows no name of anybody's, the commit has GZA's.
  const isNamed = git("config", "--default", "", "--get", "user.email") !== "";
  const as = isNamed ? [] : ["-c", "user.name=GZA", "-c", "user.email=gza@invalid"];
  const commit = isSame
    ? before
    : git(...as, "commit-tree", tree, ...parents, "-m", `Action of ${source.slice(0, 12)}`);
  git("update-ref", BRANCH, commit, before);
  console.log(`The action is ${commit}, on the branch "action". Next:

  git push https://github.com/<owner>/<name>.git action
  npm run --silent gza -- workflow <owner>/<name>/action@${commit} --into ../<repository>

for each clone of a repository in which GZA shall work; docs/setup.md goes on from there.`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
