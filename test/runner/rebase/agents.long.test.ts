/** Agents that settle a conflict well, badly, or not at all, and those that tamper with what they were given. */
import { describe, expect, it } from "vitest";
import { rebased, type Rebased, type Story } from "./rebased.ts";

const BOTH: Story = {
  start: "put a '1\\n2\\n3\\n'; put b b",
  branch: ["put a '1\\nours\\n3\\n'; put b c"],
  base: ["put a '1\\ntheirs\\n3\\n'"],
};
const SETTLE = "printf '1\\nboth\\n3\\n' > a";
/** Runs `first` when it is asked for the first time, `then` each time after. */
const inTurn = (first: string, then: string): string =>
  `if [ -e "$HOME/asked" ]; then ${then}; else touch "$HOME/asked"; ${first}; fi`;
/** A commit like any other, by the branch's author. */
const DONE = ["Bo: Branch 1"];

describe.concurrent("an agent", () => {
  it("that leaves markers is asked once more, and told where", async () => {
    const result = await rebased({ ...BOTH, agent: inTurn("true", SETTLE) });

    expect(result.raw).toMatchObject({ end: "completed", usage: { turns: 2 } });
    expect(result.files["a"]).toBe("1\nboth\n3\n");
  });

  it("reaches nothing but its model, whatever the config opens", async () => {
    const connect = "CONNECT files.example.com:443 HTTP/1.1\\r\\nHost: files.example.com\\r\\n\\r\\n";
    const ask = `exec 3<> "/dev/tcp/127.0.0.1/${"${HTTPS_PROXY##*:}"}"; printf '${connect}' >&3; timeout 60 cat <&3`;
    const { raw } = await rebased({
      ...BOTH,
      job: { network: { registries: true, tunnel: ["files.example.com"] } },
      agent: `${ask} | grep -q 'the network is closed in this part of the attempt' && ${SETTLE}`,
    });

    expect(raw).toMatchObject({ end: "completed", rebase: { by: "agent" } });
  });

  it("that takes the branch's change away is not said to have found it on the base", async () => {
    const { raw, commits } = await rebased({
      ...BOTH,
      branch: ["put a '1\\nours\\n3\\n'"],
      agent: "printf '1\\ntheirs\\n3\\n' > a",
    });

    expect(raw.end).toBe("unchanged");
    expect(raw.summary).toBe(
      "The agent settled the conflicts so that nothing of this pull request's change is left beside what is on main.",
    );
    expect(commits).toEqual([]);
  });

  it("that leaves markers twice has settled nothing", async () => {
    const { raw, commits } = await rebased({ ...BOTH, agent: "true" });

    expect(raw).toMatchObject({
      end: "conflict",
      commits: 0,
      summary: "The agent was asked twice. There are conflict markers left in a, line 2.",
      rebase: {
        by: "agent",
        conflicts: [{ path: "a", kind: "content", by: "left", ours: "ours", theirs: "theirs" }],
      },
    });
    expect(commits).toEqual([]);
  });

  it("that leaves markers of a length of their own is found out too", async () => {
    const start = `${BOTH.start ?? ""}; put .gitattributes 'a conflict-marker-size=12\\n'`;
    const { raw } = await rebased({ ...BOTH, start, agent: "true" });

    expect(raw).toMatchObject({ end: "conflict" });
    expect(raw.summary).toContain("markers left in a, line 2");
  });

  it("changes what the pull request changes, and nothing else", async () => {
    const agent = `${SETTLE}; echo mine > b; echo foreign > README.md; mkdir -p x; echo new > x/y; rm src/add.js`;
    const start = `${BOTH.start ?? ""}; put src/add.js add; put README.md read`;
    const { raw, files, printed } = await rebased({ ...BOTH, start, agent });

    expect(raw.end).toBe("completed");
    expect(files).toMatchObject({ a: "1\nboth\n3\n", b: "mine\n", "README.md": "read", "src/add.js": "add" });
    expect(files["x/y"]).toBeUndefined();
    for (const path of ["README.md", "x/y", "src/add.js"]) expect(printed).toContain(`touches it: ${path}\n`);
  });

  it.each([
    ["commits", `${SETTLE}; git add --all; git commit --quiet -m Mine`],
    ["moves HEAD", `git update-ref HEAD HEAD^; git read-tree HEAD; ${SETTLE}`],
    ["deletes the clone's repository", `${SETTLE}; rm -rf .git`],
    ["makes the clone's objects unreadable", `${SETTLE}; find .git/objects -type f -exec rm -f {} +`],
    [
      "sets hooks, filters and programs",
      `${SETTLE}; git config core.fsmonitor 'touch ran; false'; git config core.hooksPath .; echo 'touch ran' > post-index-change; chmod +x post-index-change; git config filter.x.clean 'touch ran; cat'; mkdir -p .git/info; echo '* filter=x' > .git/info/attributes`,
    ],
  ])("that %s moves nothing but files", async (_, agent) => {
    const { raw, commits, files } = await rebased({ ...BOTH, agent });

    expect(raw).toMatchObject({ end: "completed", rebase: { by: "agent" } });
    expect(commits).toEqual(DONE);
    expect(files).toMatchObject({ a: "1\nboth\n3\n", b: "c" });
    expect(files["ran"]).toBeUndefined();
  });

  it("that takes the branch's change away without a word is asked whether it meant that", async () => {
    const branch = ["put c c", ...BOTH.branch];
    const agent = inTurn("git reset --quiet --hard; rm -f c", SETTLE);
    const result = await rebased({ ...BOTH, branch, agent });

    expect(result.raw).toMatchObject({ end: "completed", usage: { turns: 2 } });
    expect(result.files).toMatchObject({ a: "1\nboth\n3\n", b: "c", c: "c" });
  });

  it("may take it away, if it stays with that", async () => {
    const { raw, files } = await rebased({ ...BOTH, agent: "printf '1\\ntheirs\\n3\\n' > a" });

    expect(raw).toMatchObject({ end: "completed", usage: { turns: 2 } });
    expect(files).toMatchObject({ a: "1\ntheirs\n3\n", b: "c" });
  });

  it("puts what it cannot leave there as a file", async () => {
    const { raw } = await rebased({ ...BOTH, agent: "rm a; mkfifo a" });

    expect(raw).toMatchObject({ end: "conflict", rebase: { conflicts: [{ path: "a", by: "left" }] } });
    expect(raw.summary).toContain("cannot be taken over");
  });

  it.each(["gave_up", "question"])("gives up with words: %s", async (outcome) => {
    const { raw } = await rebased({ ...BOTH, agent: [{ json: { outcome, text: "Both cannot be had." } }] });

    expect(raw).toMatchObject({
      end: "conflict",
      summary: "Both cannot be had.",
      question: null,
      commits: 0,
      usage: { turns: 1 },
      rebase: { by: "agent", conflicts: [{ path: "a", by: "left", ours: "ours", theirs: "theirs" }] },
    });
  });

  it("whose script knows no rebase gives up", async () => {
    const { raw } = await rebased(BOTH);

    expect(raw).toMatchObject({ end: "conflict", commits: 0 });
    expect(raw.summary).toContain("no steps for a rebase");
  });

  it.each([
    ["max_turns", [{ run: SETTLE }, { end: "max_turns" }], "max_turns"],
    ["no answer of the provider", [{ provider: { status: 529 } }], "provider_unavailable"],
    ["a quota", [{ provider: { status: 429, reset_in: 3600 } }], "quota"],
  ])("that ends with %s leaves nothing of the rebase", async (_, agent, end) => {
    const { raw, commits } = await rebased({ ...BOTH, agent });

    expect(raw).toMatchObject({ end, commits: 0, rebase: { conflicts: [{ path: "a", by: "left" }] } });
    expect(raw.reset_at === null).toBe(end !== "quota");
    expect(commits).toEqual([]);
  });

  it("has the turns of the whole attempt for all stops together", async () => {
    const limits = {
      turns: 1,
      seconds: 300,
      silence: 120,
      usd: 1,
      files: 100,
      bytes: 1_000_000,
      loops: { same_call: 5, same_error: 5, same_test: 8 },
    };
    const branch = [...BOTH.branch, "put a '1\\nmore\\n3\\n'"];
    const { raw, commits } = await rebased({ ...BOTH, branch, agent: SETTLE, job: { limits } });

    expect(raw).toMatchObject({ end: "max_turns", commits: 0, usage: { turns: 1 } });
    expect(commits).toEqual([]);
  });
});

it("says that the workflow run was cancelled", async () => {
  const { raw, commits } = await rebased(BOTH, AbortSignal.abort());

  expect(raw).toMatchObject({ end: "run_cancelled", commits: 0 });
  expect(commits).toEqual([]);
});

it("keeps author, date, message and encoding of a commit, and makes the same one again", async () => {
  const branch = [
    `put a ours; git add a; printf 'Gr\\374\\337e\\n\\n# no comment\\n\\n  Signed-off-by: Bo\\n' | GIT_AUTHOR_DATE='@1700000000 +0530' GIT_COMMITTER_DATE='@1800000000 +0200' git -c i18n.commitEncoding=ISO-8859-1 commit --quiet --cleanup=verbatim -F -`,
  ];
  const story: Story = { branch, base: ["export GIT_COMMITTER_DATE='@1790000000 +0000'; put b b"] };

  const [first, second] = [await rebased(story), await rebased(story)];

  expect(first.tip).toContain("author Bo <ann@example.com> 1700000000 +0530\n");
  expect(first.tip).toContain("committer GZA <gza@noreply.invalid> 1800000000 +0200\nencoding ISO-8859-1\n");
  expect(first.tip).toContain("\n\n# no comment\n\n  Signed-off-by: Bo");
  expect(withoutParent(second)).toBe(withoutParent(first));
});

function withoutParent({ tip }: Rebased): string | undefined {
  return tip?.replace(/^parent .*\n/m, "");
}
