/** Histories of every shape are read as git reads them: distances, common ancestors, and what lies between. */
import { expect, test } from "vitest";
import { distance, lineBetween, mergeBasesOf } from "../../../src/playground/git/graph.ts";
import { tryGit } from "../../../src/playground/git/run.ts";
import { writeCommit, writeTree } from "../../../src/playground/git/write.ts";
import { seededRandom } from "../seeded-random.ts";
import { smallWorld, WHO, type SmallWorld } from "../small-world.ts";

const COMMITS = 24;
const PAIRS = 10;

test.each([1, 2, 3])("made history %i is read as git reads it", async (seed) => {
  await using home = await smallWorld();
  const random = seededRandom(seed);
  const commits = await madeHistory(home, random);

  for (let pair = 0; pair < PAIRS; pair += 1) {
    const [one = "", other = ""] = [commits[pick(random, COMMITS)], commits[pick(random, COMMITS)]];
    const read = {
      pair: [one, other],
      distance: await distance(home.repository, one, other),
      bases: (await mergeBasesOf(home.repository, one, other)).toSorted(),
      line: await lineBetween(home.repository, other, [one]),
    };

    const counts = (await asked(home, "rev-list", "--count", "--left-right", `${one}...${other}`)).join();
    const [behind, ahead] = counts.split("\t").map(Number);
    const between = await asked(home, "rev-list", "--topo-order", other, `^${one}`);
    const merged = await asked(home, "rev-list", "--min-parents=2", other, `^${one}`);
    expect(read).toEqual({
      pair: [one, other],
      distance: { ahead, behind },
      bases: (await asked(home, "merge-base", "--all", one, other)).toSorted(),
      // Where two lines come together, their order is left to git.
      line: read.line === null && merged.length + (await roots(home, one, other)) > 0 ? null : between,
    });
  }
});

test("a history that came by itself is known from its tip on", async () => {
  await using home = await smallWorld();
  let tip = home.first;
  for (let n = 0; n < 5; n += 1) tip = await home.commit(tip, { [`${n}.txt`]: `${n}\n` });

  expect(await distance(home.repository, home.first, tip)).toEqual({ ahead: 5, behind: 0 });
  await expect(distance(home.repository, home.first, "f".repeat(40))).rejects.toThrow(/is no commit/);
});

/** Branches and merges of them, and now and then a history of its own. */
async function madeHistory(home: SmallWorld, random: () => number): Promise<string[]> {
  const tree = await writeTree(home.repository, home.first, []);
  const commits: string[] = [];
  for (let n = 0; n < COMMITS; n += 1) {
    const count = n === 0 ? 0 : [1, 1, 1, 1, 2, 2, 3, 0][pick(random, 8)];
    const near = Array.from(
      { length: count ?? 0 },
      () => commits[Math.max(0, n - 1 - pick(random, 6))] ?? "",
    );
    const parents = [...new Set(near)];
    commits.push(
      await writeCommit(home.repository, { tree, parents, author: WHO, committer: WHO, message: `${n}\n` }),
    );
  }
  return commits;
}

/** How many beginnings of histories lie in between: one more than a line has. */
async function roots(home: SmallWorld, one: string, other: string): Promise<number> {
  const found = await asked(home, "rev-list", "--max-parents=0", other, `^${one}`);
  return Math.max(0, found.length - 1);
}

async function asked({ repository }: SmallWorld, ...args: string[]): Promise<string[]> {
  const { stdout } = await tryGit(repository.directory, args);
  return stdout
    .toString("utf8")
    .split("\n")
    .filter((line) => line !== "");
}

function pick(random: () => number, length: number): number {
  return Math.floor(random() * length);
}
