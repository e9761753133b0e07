/** Whether a pull request merges is not known at once, and a test may have it stay unknown for some reads. */
import { expect, test } from "vitest";
import { answerQuery } from "../../src/playground/graphql/execute.ts";
import { testMergesDone } from "../../src/playground/test-merge.ts";
import { ENGINE, engineWorld, type EngineWorld } from "./engine-world.ts";
import { commitOn } from "./reviewed-pull.ts";
import { branch, merge, openFrom, readMergeable } from "./small-pulls.ts";
import { smallWorld } from "./small-world.ts";

const QUERY = `{ repository(owner: "ada", name: "engine") { pullRequest(number: 1) {
  mergeable mergeStateStatus potentialMergeCommit { oid } } } }`;

const LINES = Array.from({ length: 12 }, (_, index) => `line ${index}\n`).join("");

test("reads over REST and GraphQL are counted, however much each asks for", async () => {
  const home = await engineWorld({ listen: false, mergeability: { unknownReads: 2 } });
  await openWork(home);
  await testMergesDone(home.playground.world);

  const first = await home.ada.pulls.get({ ...ENGINE, pull_number: 1 });
  const second = await overGraphql(home);
  const third = await home.ada.pulls.get({ ...ENGINE, pull_number: 1 });
  const fourth = await overGraphql(home);

  expect(first.data).toMatchObject({ mergeable: null, mergeable_state: "unknown", merge_commit_sha: null });
  expect(second).toEqual({
    mergeable: "UNKNOWN",
    mergeStateStatus: "UNKNOWN",
    potentialMergeCommit: null,
  });
  expect(third.data).toMatchObject({ mergeable: true, mergeable_state: "clean" });
  expect(fourth).toMatchObject({ mergeable: "MERGEABLE", mergeStateStatus: "CLEAN" });
});

test("each push to the head or the base makes it unknown anew", async () => {
  await using home = await smallWorld();
  await branch(home, "work", { "a.txt": "a\n" });
  const issue = await openFrom(home, "work");
  await testMergesDone(home.world);
  home.world.mergeability.unknownReads = 1;
  const told = async (): Promise<(boolean | null)[]> => {
    const first = readMergeable(home, issue);
    await testMergesDone(home.world);
    return [first, readMergeable(home, issue)];
  };

  const opened = readMergeable(home, issue);
  await branch(home, "work", { "README.md": "mine\n" });
  const pushed = await told();
  await branch(home, "main", { "README.md": "theirs\n" });
  const moved = await told();

  expect(opened).toBe(true);
  expect(pushed).toEqual([null, true]);
  expect(moved).toEqual([null, false]);
});

test("a merge does not wait for readers to be told", async () => {
  await using home = await smallWorld();
  home.world.mergeability.unknownReads = 5;
  await branch(home, "work", { "a.txt": "a\n" });
  const issue = await openFrom(home, "work");

  await merge(home, issue);

  expect(issue.pull?.mergedAt).not.toBeNull();
});

test.each([
  { what: "an edit of what the base renamed", base: { "README.md": "", "GUIDE.md": LINES }, merges: true },
  { what: "two lines at the same place", base: { "README.md": `base\n${LINES}` }, merges: false },
  {
    what: "two lines at the same place of a file with merge=union",
    base: { "README.md": `base\n${LINES}` },
    attributes: "README.md merge=union\n",
    merges: false,
  },
])("$what: $merges", async ({ base, attributes, merges }) => {
  const home = await engineWorld();
  const { ada, playground } = home;
  const files = { "README.md": LINES, ...(attributes ? { ".gitattributes": attributes } : {}) };
  await commitOn(ada, "main", files);
  await openWork(home, { "README.md": `head\n${LINES}` });

  await commitOn(ada, "main", base);
  await ada.pulls.get({ ...ENGINE, pull_number: 1 });
  await testMergesDone(playground.world);
  const { data } = await ada.pulls.get({ ...ENGINE, pull_number: 1 });

  expect(data).toMatchObject({ mergeable: merges, mergeable_state: merges ? "clean" : "dirty" });
});

async function openWork(
  { ada }: EngineWorld,
  files: Record<string, string> = { "a.txt": "a\n" },
): Promise<void> {
  const { data: main } = await ada.git.getRef({ ...ENGINE, ref: "heads/main" });
  await ada.git.createRef({ ...ENGINE, ref: "refs/heads/work", sha: main.object.sha });
  await commitOn(ada, "work", files);
  await ada.pulls.create({ ...ENGINE, title: "Change it", head: "work", base: "main" });
}

async function overGraphql({ playground }: EngineWorld): Promise<unknown> {
  const [token] = playground.world.tokens.values();
  if (!token) throw new Error("nobody has a token");
  const answer = await answerQuery(playground.world, token, { query: QUERY });
  const { repository } = answer.data as { repository: { pullRequest: unknown } };
  return repository.pullRequest;
}
