/** What an agent is told where a rebase stops: both sides, what each was for, and what is not right yet. */
import { expect, it } from "vitest";
import { rebased, type Story } from "./rebased.ts";

const BOTH: Story = {
  start: "put a '1\\n2\\n3\\n'; put b b",
  branch: [
    "put a '1\\nours\\n3\\n'; put b c; git add --all; git commit --quiet -m 'Say ours' -m 'Because of b.'",
  ],
  base: ["put a '1\\ntheirs\\n3\\n'; git add --all; git commit --quiet -m 'Say theirs' -m 'For c.'"],
};
const SETTLE = "printf '1\\nboth\\n3\\n' > a";

it("names the commit, the file, both sides and what landed", async () => {
  const { told, base } = await rebased({ ...BOTH, agent: SETTLE });

  expect(told).toHaveLength(1);
  for (const words of [
    "add() subtracts",
    "#8: Make add() add\n\nIt adds.",
    "#9: The other change\n\nIt came first.",
    "Say ours\n\nBecause of b.",
    "Say theirs\n\nFor c.",
    "1. a: both sides changed the same lines.",
    `main at ${base}`,
    "main comes first",
    "gave_up",
  ]) {
    expect(told[0]).toContain(words);
  }
  expect(told[0]).toMatch(
    /BEGIN BRANCH 1 (\w+)\nours\nEND BRANCH 1 \1\nBEGIN BASE 1 \1\ntheirs\nEND BASE 1 \1/,
  );
  expect(told[0]).not.toContain("not right yet");
});

it("leaves out what landed and touches other files", async () => {
  const { told } = await rebased({ ...BOTH, base: [...BOTH.base, "put other other"], agent: SETTLE });

  expect(told[0]).not.toContain("The other change");
  expect(told[0]).toContain("Say theirs");
});

it("says which side comes first where the base is merged into the branch", async () => {
  const { told } = await rebased({ ...BOTH, shared: true, agent: SETTLE });

  expect(told[0]).toContain("the branch comes first");
  expect(told[0]).toMatch(/BEGIN BRANCH 1 (\w+)\nours\nEND/);
  expect(told[0]).not.toContain("The commit at hand");
});

it("says what is wrong when it asks once more", async () => {
  const agent = `if [ -e "$HOME/asked" ]; then ${SETTLE}; else touch "$HOME/asked"; echo b > b; fi`;
  const { told } = await rebased({ ...BOTH, agent });

  const again = told.find((prompt) => prompt.includes("not right yet"));
  expect(told).toHaveLength(2);
  expect(again).toContain("- There are conflict markers left in a, line 2.");
});

it("shows the check's last words where the branch has to fit its base", async () => {
  const { told } = await rebased({
    branch: ["put a a"],
    base: ["put b b"],
    agent: "echo fits > a",
    job: { verify: "grep fits a || { echo 'a does not fit'; exit 1; }" },
  });

  expect(told).toHaveLength(1);
  expect(told[0]).toMatch(/BEGIN OUTPUT (\w+)\na does not fit\nEND OUTPUT \1/);
  expect(told[0]).toContain("grep fits a");
});

it("cuts both sides to a few lines", async () => {
  const many = (word: string): string => `for i in $(seq 200); do echo "${word} $i"; done > a`;
  const { raw, told } = await rebased({
    start: "put a 1",
    branch: [many("ours")],
    base: [many("theirs")],
    agent: "true",
  });

  const [conflict] = raw.rebase?.conflicts ?? [];
  expect(conflict?.ours).toMatch(/^ours 1\n[^]*\nours 40\n…$/);
  expect(conflict?.theirs).toMatch(/^theirs 1\n[^]*\ntheirs 40\n…$/);
  expect(told[0]).not.toContain("ours 41");
});

it("shows what one side made of a file that the other has deleted", async () => {
  const { raw } = await rebased({
    start: "put a '1\\n2\\n3\\n4\\n5\\n6\\n'; put b b",
    branch: ["rm a; put b c"],
    base: ["put a '1\\n2\\n3\\n4\\n5\\nsix\\n'"],
    agent: "true",
  });

  expect(raw.rebase?.conflicts).toMatchObject([
    { path: "a", ours: "(deleted)", theirs: expect.stringContaining("-6\n+six") as string },
  ]);
});
