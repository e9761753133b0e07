/** A review as people read it, its check run, and what is resolved or folded away with time. */
import { describe, expect, it } from "vitest";
import type { KnownFinding } from "../../src/domain/finding.ts";
import { project } from "../../src/domain/project.ts";
import { findingKey, postReview, reviewCheck } from "../../src/domain/review-body.ts";
import type { Said, Snapshot, ThreadFacts } from "../../src/domain/snapshot.ts";
import { ANNA, check, finding, HEAD, NOW, pull, rejected, thread } from "./snapshots.ts";

function many(count: number, change: (index: number) => Partial<KnownFinding>): KnownFinding[] {
  return Array.from({ length: count }, (_, index) =>
    finding({ n: index + 1, fingerprint: String(index).padStart(12, "0"), ...change(index) }),
  );
}

function posted(known: KnownFinding[], change: Partial<Snapshot> = {}) {
  const at = rejected(known, {}, change);
  const effect = at.record.kind === "record" ? postReview(at, at.record.record) : null;
  if (!effect) throw new Error("there is nothing to post");
  return effect;
}

function checked(known: KnownFinding[]) {
  const at = rejected(known);
  return at.record.kind === "record" ? reviewCheck(at, at.record.record) : null;
}

function projected(at: Snapshot): string[] {
  return at.record.kind === "record" ? project(at, at.record.record).map(({ kind }) => kind) : [];
}

function own(key: string): ThreadFacts {
  const mine = { by: null, isBot: true, isMine: true, key, at: NOW, body: "" };
  return thread("", { id: `T_${key}`, comments: [mine] });
}

describe("the posted review", () => {
  it("begins with key and verdict, shows blockers first, and puts on lines what lies in the diff", () => {
    const known = [
      finding({ n: 1, severity: "followup" }),
      finding({ n: 2, fingerprint: "bbbbbbbbbbbb", anchor: null }),
    ];
    const { body, comments, head } = posted(known);

    expect(head).toBe(HEAD);
    expect(body.split("\n").slice(0, 2)).toEqual([
      `<!-- gza:review:${HEAD.slice(0, 12)} -->`,
      `**Changes requested: 2 blockers.** Review of ${HEAD.slice(0, 12)} by claude, m.`,
    ]);
    expect(body.indexOf("| F2 |")).toBeLessThan(body.indexOf("| F1 |"));
    expect(body).toContain(`https://github.test/acme/app/blob/${HEAD}/src/parser.ts#L3`);
    expect(comments.map(({ path, line }) => [path, line])).toEqual([["src/parser.ts", 3]]);
    expect(comments[0]?.body).toContain("**F1, follow-up: Empty input still fails**");
  });

  it("stays below GitHub's limits with five hundred findings of the longest texts, and says what it left out", () => {
    const long = "x".repeat(65_536);
    const known = many(500, () => ({ evidence: long, impact: long, fix: long, tests: long, title: long }));
    const { findings } = rejected([finding()]);
    // Their hash, which the record has and nothing here reads, would take seconds.
    const { body, comments } = posted([finding()], { findings: findings && { ...findings, known } });

    expect(body.length).toBeLessThan(60_000);
    expect(comments).toHaveLength(30);
    expect(Math.max(...comments.map((comment) => comment.body.length))).toBeLessThan(60_000);
    expect(body).toMatch(/\d+ more are not in this table/);
    expect(body).toMatch(/details of \d+ more findings have no room/);
  });

  it.each([
    ["a mention", "@anna", "＠anna"],
    ["a mention in disguise", "&#64;anna", "＆no. 64;anna"],
    ["a closing word", "Fixes #12", "Fixes no. 12"],
    ["a closing word with a repository", "Fixes acme/app#12", "Fixes acme/app no. 12"],
    ["GZA's own marker in two", "a <!-<!-- -->- gza:finding:aaaaaaaaaaaa -->", "a"],
    ["a hidden comment", "a <!-- gza:status --> b", "a"],
    ["a picture", "![x](https://evil.test/y)", "[x] (evil.test/y)"],
    ["a command", "/gza merge", "gza merge"],
  ])("takes the force out of %s", (_, words, plain) => {
    const { comments } = posted([finding({ evidence: words, title: words })]);

    expect(comments[0]?.body).toContain(plain);
    expect(comments[0]?.body.slice(40)).not.toContain(words);
  });

  it.each(["a b.ts", "ö/ü (1).ts", "a|b`c].ts", "100%.ts"])("links to a file named %s", (path) => {
    const { body } = posted([finding({ path })]);
    const [, link = ""] = /\]\((https:[^)\s|]+)\)/.exec(body) ?? [];

    expect(decodeURIComponent(new URL(link).pathname)).toBe(`/acme/app/blob/${HEAD}/${path}`);
  });

  it.each([
    ["a|b", "a\\|b"],
    ["a\\|b", "a\\\\\\|b"],
    ["a\nb", "a b"],
  ])("keeps the title %j in its cell of the table", (title, cell) => {
    const row = posted([finding({ title })])
      .body.split("\n")
      .find((line) => line.startsWith("| F1"));

    expect(row).toContain(`| ${cell} | new |`);
  });

  it("puts no second comment where an open thread of the finding stands", () => {
    const threads = [own(findingKey("aaaaaaaaaaaa"))];

    expect(posted([finding()], { pull: pull({ threads }) }).comments).toEqual([]);
  });
});

describe("the review of a head that is posted already", () => {
  const key = `review:${HEAD.slice(0, 12)}`;
  const known = [finding(), finding({ n: 2, fingerprint: "bbbbbbbbbbbb", title: "Another" })];
  const threads = [own(findingKey("aaaaaaaaaaaa")), own(findingKey("bbbbbbbbbbbb"))];
  const first = posted(known).body;
  const said = new Map([[key, { id: 1, nodeId: "PRR_1", body: first, isMinimised: false }]]);

  it("stays as it is while nothing changes", () => {
    expect(posted(known, { said, pull: pull({ threads }) }).body).toBe(first);
    expect(projected(rejected(known, {}, { said, pull: pull({ threads }) }))).not.toContain("post_review");
  });

  it("is written anew when a person dismisses something, with what has no thread in its body", () => {
    const dismissed = [finding({ state: "dismissed" }), known[1] ?? finding()];
    const at = rejected(dismissed, {}, { said, pull: pull({ threads: threads.slice(0, 1) }) });
    const { body, comments } = posted(dismissed, { said, pull: pull({ threads: threads.slice(0, 1) }) });

    expect(projected(at)).toContain("post_review");
    expect(comments).toEqual([]);
    expect(body).toMatch(/\| F1 .*dismissed/);
    expect(body).toContain("**F2, blocker: Another**");
  });

  it("is left to history when the head is another one", () => {
    const at = rejected(known, { head: "3".repeat(40) }, { said, pull: pull({ threads: [] }) });

    expect(projected(at)).not.toContain("post_review");
  });
});

describe("the check run", () => {
  it.each([
    ["failure", [finding()]],
    ["success", [finding({ severity: "followup" })]],
    ["success", []],
  ])("is %s by the verdict, never neutral", (conclusion, known) => {
    const blockers = known.filter(({ severity }) => severity === "blocker").length;
    const at = rejected(known, {
      verdict: {
        head: HEAD,
        patch: "9",
        value: blockers > 0 ? "changes_requested" : "approved",
        blockers,
        followups: 0,
        carried_from: null,
      },
    });

    expect(at.record.kind === "record" && reviewCheck(at, at.record.record)?.conclusion).toBe(conclusion);
  });

  it("has at most fifty annotations", () => {
    expect(checked(many(60, () => ({})))?.annotations).toHaveLength(50);
  });

  it("is left alone when it says so already", () => {
    const checks = [check({ name: "gza / review", own: true, outcome: "failure" })];

    expect(projected(rejected([finding()], {}, { pull: pull({ checks }) }))).not.toContain("set_check");
  });
});

describe("with time", () => {
  it.each<[string, ThreadFacts, Partial<KnownFinding>, boolean]>([
    [
      "a thread of what is addressed is resolved",
      own(findingKey("aaaaaaaaaaaa")),
      { state: "addressed" },
      true,
    ],
    ["one of what is open is not", own(findingKey("aaaaaaaaaaaa")), {}, false],
    [
      "one in which a person has a word is not",
      {
        ...own(findingKey("aaaaaaaaaaaa")),
        comments: [
          ...own(findingKey("aaaaaaaaaaaa")).comments,
          { by: ANNA, isBot: false, isMine: false, key: null, at: NOW, body: "Really?" },
        ],
      },
      { state: "fixed" },
      false,
    ],
    [
      "one in which GZA has answered a person is",
      {
        ...own(findingKey("aaaaaaaaaaaa")),
        comments: [
          ...own(findingKey("aaaaaaaaaaaa")).comments,
          { by: ANNA, isBot: false, isMine: false, key: null, at: NOW, body: "Really?" },
          ...own("reply:3:bbbbbbbbbbbb").comments,
        ],
      },
      { state: "fixed" },
      true,
    ],
    ["a person's is not", thread("No."), { state: "fixed" }, false],
    [
      "a person's that GZA has answered is not",
      thread("", { comments: [...thread("No.").comments, ...own("reply:3:bbbbbbbbbbbb").comments] }),
      { state: "fixed" },
      false,
    ],
  ])("%s", (_, one, state, isResolved) => {
    const at = rejected([finding(state)], {}, { pull: pull({ threads: [one] }) });

    expect(projected(at).includes("resolve_threads")).toBe(isResolved);
  });

  it("only the newest review and the newest call for a person stay unfolded", () => {
    const said = (id: number, isMinimised = false): Said => ({
      id,
      nodeId: `N_${id}`,
      body: "",
      isMinimised,
    });
    const keys = new Map([
      ["review:111111111111", said(1)],
      ["review:222222222222", said(2)],
      ["parked:one", said(3, true)],
      ["ready:two", said(4)],
      ["parked:three", said(5)],
      ["status", said(6)],
    ]);
    const at = rejected([finding()], {}, { said: keys });
    const effects = at.record.kind === "record" ? project(at, at.record.record) : [];

    expect(effects).toContainEqual({ kind: "minimise", nodes: ["N_1", "N_4"] });
  });
});
