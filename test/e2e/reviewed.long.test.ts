/** The predecessor's pitfalls with reviews and red checks, each as a story with real runs: what went wrong there must go right here. */
import { describe, expect, it } from "vitest";
import { story, twice, type Story, type StoryOptions } from "./world.ts";

const REVIEWED = "agents: {default: {agent: scripted}}\nreview: {cycles: 2}\n";
const UNREVIEWED = "agents: {default: {agent: scripted}}\nreview: {enabled: false}\n";
const where = { owner: "ada", repo: "engine" };

const WRITE = [{ write: { path: "note.md", content: "One\nTwo\nThree\n" } }];
const GOOD = [{ json: { summary: "Fine.", findings: [] } }];
const ADDRESS = [
  { write: { path: "note.md", content: "One\n2\nThree\n" } },
  { json: { summary: "Done.", closed: [{ id: "F1", how: "addressed", evidence: "It is a digit now." }] } },
];

function found(change: object = {}): object {
  const texts = { evidence: "It says Two.", impact: "Wrong.", fix: "Say 2.", tests: "None." };
  return { severity: "blocker", title: "Two is no digit", path: "note.md", line: 2, ...texts, ...change };
}

function bad(...findings: object[]): unknown[] {
  return [{ json: { summary: "Not yet.", findings: findings.length > 0 ? findings : [found()] } }];
}

/** A workflow for pull requests and pushes with this one step. */
function ci(step: string): { [path: string]: string } {
  const workflow = {
    name: "CI",
    on: { push: {}, pull_request: {} },
    jobs: { test: { "runs-on": "ubuntu-latest", steps: [{ uses: "actions/checkout@v4" }, { run: step }] } },
  };
  return { ".github/workflows/ci.yml": JSON.stringify(workflow) };
}

async function begun(options: StoryOptions): Promise<Story> {
  const from = await story({ config: REVIEWED, ...options });
  await from.begin();
  return from;
}

function reviews(from: Story, pull: number | null): string[] {
  const own = from.issue(pull ?? 0).pull?.reviews ?? [];
  return own.filter(({ body }) => body.includes("gza:review:")).map(({ body }) => body);
}

function reviewCheck(from: Story, head: string | null): (string | null)[] {
  const { checks } = from.repository;
  return checks
    .filter(({ name, headSha }) => name === "gza / review" && headSha === head)
    .map(({ conclusion }) => conclusion);
}

describe.concurrent("pitfall", () => {
  it("12, approvals that go stale: a push to the base takes no verdict away", async () => {
    await using from = await begun({ script: { implement: { "1": WRITE }, review: { "1": GOOD } } });

    const issue = await from.ask();
    const ready = await from.until(issue, ({ phase }) => phase === "ready");
    await from.push("other.md", "Elsewhere\n");
    await from.settle();
    const after = await from.until(issue, ({ phase }) => phase === "ready");

    expect(after.attempts.map(({ kind }) => kind)).toEqual(["implement", "review"]);
    expect(after.verdict).toEqual(ready.verdict);
    expect(reviewCheck(from, after.head)).toEqual(["success"]);
    expect(twice(from, issue)).toEqual([]);
  });

  it("13, a failed review that counted as one: unreadable twice, it waits for a person and never merges", async () => {
    const prose = [{ say: "APPROVED. Ship it." }];
    await using from = await begun({
      script: { implement: { "1": WRITE }, review: { "1": prose, "4": GOOD } },
    });

    const issue = await from.ask();
    const parked = await from.until(issue, ({ phase }) => phase === "parked");
    await from.say(issue, "/gza merge");
    await from.settle();
    const merged = from.issue(parked.pull ?? 0).pull?.mergedAt;
    await from.say(issue, "/gza review");
    const ready = await from.until(issue, ({ phase }) => phase === "ready");

    expect(parked).toMatchObject({ reason: "review_failed", verdict: null });
    expect(parked.attempts.map(({ kind, end }) => `${kind} ${end}`)).toEqual([
      "implement completed",
      "review bad_report",
      "review bad_report",
    ]);
    expect(merged).toBeNull();
    expect(ready.verdict).toMatchObject({ value: "approved", head: ready.head });
  });

  it("14, red checks as review blockers: they get a fix of their own before anybody reviews", async () => {
    await using from = await begun({
      files: ci("! grep -q broken note.md"),
      script: {
        implement: { "1": [{ write: { path: "note.md", content: "broken\n" } }] },
        fix: { "2": [{ write: { path: "note.md", content: "whole\n" } }, { say: "Mended." }] },
        review: { "3": GOOD },
      },
    });

    const issue = await from.ask();
    const ready = await from.until(issue, ({ phase }) => phase === "ready");

    expect(ready.attempts.map(({ kind }) => kind)).toEqual(["implement", "fix", "review"]);
    expect(ready.landed).toHaveLength(2);
    expect(twice(from, issue)).toEqual([]);
  });

  it("15, fixes that were invented: what is red on the base too, or cannot run, starts no attempt", async () => {
    await using red = await begun({ config: UNREVIEWED, files: ci("false") });
    await using unable = await begun({ config: UNREVIEWED, files: ci("no-such-tool --version") });

    const one = await red.until(await red.ask(), ({ phase }) => phase === "parked");
    const other = await unable.until(await unable.ask(), ({ phase }) => phase === "parked");

    expect(one).toMatchObject({ reason: "checks_red", spent: { attempts: 1 } });
    expect(red.said(one.issue).at(-1)).toContain("red on main too");
    expect(other).toMatchObject({ reason: "checks_red", spent: { attempts: 1 } });
    expect(unable.said(other.issue).at(-1)).toContain("could not run");
  });

  it("16, a red base that froze everything: the task goes on by itself when its checks are green", async () => {
    await using from = await begun({ config: UNREVIEWED, files: ci("test ! -e broken.md"), script: WRITE });
    await from.push("broken.md", "The base is red.\n");
    await from.settle();

    const issue = await from.ask();
    const parked = await from.until(issue, ({ phase }) => phase === "parked");
    await from.ada.rest.repos.deleteFile({
      ...where,
      path: "broken.md",
      message: "Mend",
      sha: from.git("rev-parse", "main:broken.md"),
    });
    await from.settle();
    const held = from.record(issue);
    await from.ada.rest.pulls.updateBranch({ ...where, pull_number: parked.pull ?? 0 });
    const ready = await from.until(issue, ({ phase }) => phase === "ready");

    expect(held?.phase).toBe("parked");
    expect(ready.spent.attempts).toBe(1);
  });

  it("17, flaky checks that cost a cycle each: run again once, and said", async () => {
    await using from = await begun({
      config: UNREVIEWED,
      files: ci(
        'test "$GITHUB_RUN_ATTEMPT" != 1 || test "$GITHUB_EVENT_NAME" = push -a "$GITHUB_REF_NAME" = main',
      ),
      script: WRITE,
    });

    const issue = await from.ask();
    const ready = await from.until(issue, ({ phase }) => phase === "ready");
    await from.settle();

    expect(ready.attempts.map(({ kind }) => kind)).toEqual(["implement"]);
    expect(ready.rerun?.names).toEqual(["test"]);
    expect(from.said(issue).find((body) => body.includes("gza:ready:"))).toContain("flaky");
  });

  it("18, one blocker a round: all of them, with all their places, go into one improve attempt", async () => {
    const sites = [{ path: "README.md", line: 1 }];
    const other = found({ title: "Three is no digit", line: 3, sites });
    const closed = ["F1", "F2"].map((id) => ({ id, how: "addressed", evidence: "Digits." }));
    const improved = [
      { write: { path: "note.md", content: "One\n2\n3\n" } },
      { json: { summary: "Digits.", closed } },
    ];
    await using from = await begun({
      script: {
        implement: { "1": WRITE },
        review: { "2": bad(found(), other), "4": GOOD },
        improve: { "3": improved },
      },
    });

    const issue = await from.ask();
    const ready = await from.until(issue, ({ phase }) => phase === "ready");
    await from.settle();
    const pull = from.issue(ready.pull ?? 0).pull;

    expect(ready.attempts.map(({ kind }) => kind)).toEqual(["implement", "review", "improve", "review"]);
    expect(reviews(from, ready.pull)[0]).toMatch(/Changes requested: 2 blockers/);
    expect(reviews(from, ready.pull)[1]).toMatch(/F2 .*fixed[\s\S]*F1 .*fixed/);
    expect(pull?.threads.map(({ comments }) => comments[0]?.body.includes("Also at: README.md:1"))).toEqual([
      false,
      true,
    ]);
    expect(pull?.threads.every(({ resolvedById }) => resolvedById !== null)).toBe(true);
    expect(pull?.reviews.filter(({ minimized }) => minimized !== null)).toHaveLength(1);
    expect(pull?.draft).toBe(false);
  });

  it("19, findings nobody may dispute: the dispute is judged once by a fresh reviewer", async () => {
    const dispute = [
      {
        json: { summary: "No.", closed: [{ id: "F1", how: "disputed", evidence: "The issue wants words." }] },
      },
    ];
    const ruling = { id: "F1", upheld: false, evidence: "The issue does want words." };
    await using from = await begun({
      script: {
        implement: { "1": WRITE },
        review: { "2": bad(), "4": [{ json: { summary: "Judged.", findings: [], rulings: [ruling] } }] },
        improve: { "3": dispute },
      },
    });

    const issue = await from.ask();
    const ready = await from.until(issue, ({ phase }) => phase === "ready");

    expect(ready.attempts.map(({ kind, how }) => `${kind} ${how}`)).toEqual([
      "implement first",
      "review first",
      "improve first",
      "review judge",
    ]);
    expect(ready.verdict).toMatchObject({ value: "approved", blockers: 0 });
    expect(ready.landed).toHaveLength(1);
    expect(reviewCheck(from, ready.head)).toContain("success");
  });
});

describe.concurrent("people", () => {
  it("who request changes are heard after five quiet minutes, and answered in their threads", async () => {
    const answer = [
      { write: { path: "note.md", content: "One\n2\nThree\n" } },
      { json: { summary: "Done.", closed: [{ id: "T1", how: "addressed", evidence: "It is 2 now." }] } },
    ];
    await using from = await begun({
      config: UNREVIEWED,
      script: { implement: { "1": WRITE }, improve: { "2": answer } },
    });
    const issue = await from.ask();
    const ready = await from.until(issue, ({ phase }) => phase === "ready");

    const comments = [{ path: "note.md", line: 2, side: "RIGHT", body: "Please a digit." }];
    const review = { ...where, pull_number: ready.pull ?? 0, body: "See below.", comments };
    await from.ada.rest.pulls.createReview({ ...review, event: "REQUEST_CHANGES" });
    await from.settle();
    const waiting = from.record(issue);
    const after = await from.until(issue, ({ phase, landed }) => phase === "ready" && landed.length === 2);
    await from.settle();
    const [thread] = from.issue(ready.pull ?? 0).pull?.threads ?? [];

    expect(waiting).toMatchObject({ phase: "open", reason: "waits_for_feedback", attempt: null });
    expect(after.attempts.map(({ kind }) => kind)).toEqual(["implement", "improve"]);
    expect(thread?.comments.at(-1)?.body).toContain("Taken up in");
    expect(thread?.resolvedById).toBeNull();
    expect(twice(from, issue)).toEqual([]);
  });

  it("who push are adopted, reviewed, and never written over", async () => {
    await using from = await begun({
      script: {
        implement: { "1": WRITE },
        review: { "2": GOOD, "3": bad(), "5": GOOD },
        improve: { "4": ADDRESS },
      },
    });
    const issue = await from.ask();
    const ready = await from.until(issue, ({ phase }) => phase === "ready");

    const content = Buffer.from("Mine\n").toString("base64");
    const pushed = { ...where, path: "mine.md", message: "Add mine", content, branch: ready.branch ?? "" };
    const { data } = await from.ada.rest.repos.createOrUpdateFileContents(pushed);
    const parked = await from.until(issue, ({ phase }) => phase === "parked");
    await from.say(parked.pull ?? 0, "/gza improve");
    const after = await from.until(issue, ({ phase }) => phase === "ready");

    expect(parked).toMatchObject({ reason: "theirs", theirs: true, head: data.commit.sha });
    expect(from.said(issue).join("\n")).toContain("are a person's");
    expect(after.theirs).toBe(false);
    expect(from.git("merge-base", "--is-ancestor", data.commit.sha ?? "", after.head ?? "")).toBe("");
  });
});

it("posts what fits and says the rest: anchors outside the diff, 500 findings, long texts, odd names, a binary, a rename", async () => {
  const long = Array.from({ length: 5000 }, (_, index) => `Line ${index + 1}`).join("\n");
  const texts = { evidence: "e".repeat(200), impact: "@ada #1 <!-- x -->", fix: "f".repeat(200) };
  const huge = { evidence: "e".repeat(65_536), impact: "@ada closes #1", fix: "f".repeat(65_536) };
  const many = Array.from({ length: 497 }, (_, index) =>
    found({
      title: `Number ${index + 1}`,
      path: "long.txt",
      line: index + 1,
      severity: "followup",
      ...texts,
    }),
  );
  const findings = [
    found({ title: "Outside the diff", path: "README.md", line: 1, ...huge }),
    found({ title: "Odd name", path: "odd näme (1).md", line: 1 }),
    ...many,
    found({ title: "Gone", path: "nowhere.md", line: 3 }),
  ];
  await using from = await begun({
    config: `${REVIEWED}guard: {allow: ["*.bin"]}\n`,
    files: { "old.md": "The same\nas before\n" },
    script: {
      implement: {
        "1": [
          { write: { path: "long.txt", content: `${long}\n` } },
          { write: { path: "odd näme (1).md", content: "Odd\n" } },
          { run: "printf '\\000\\001' > blob.bin && git mv old.md new.md" },
        ],
      },
      review: { "2": [{ json: { summary: "Verdict: APPROVED", verdict: "APPROVED", findings } }] },
      improve: { "3": [{ json: { summary: "No.", closed: [] } }] },
    },
  });

  const issue = await from.ask();
  const parked = await from.until(issue, ({ phase }) => phase === "parked");
  await from.settle();
  const pull = from.issue(parked.pull ?? 0).pull;
  const [body = ""] = reviews(from, parked.pull);

  expect(parked).toMatchObject({ reason: "unchanged", verdict: { value: "changes_requested", blockers: 2 } });
  expect(body.length).toBeLessThan(60_000);
  expect(body).toMatch(
    /^<!-- gza:review:[0-9a-f]{12} -->\n\*\*Changes requested: 2 blockers, 497 follow-ups/,
  );
  expect(body).toContain("Gone (nowhere.md:3)");
  expect(body).toMatch(/blob\.bin.*binary/);
  expect(body).toContain("have no room here");
  expect(body).not.toContain("<!-- x");
  expect(body).not.toMatch(/@ada/);
  expect(pull?.threads).toHaveLength(30);
  expect(pull?.threads.map(({ path }) => path)).toContain("odd näme (1).md");
  expect(pull?.threads.map(({ path }) => path)).not.toContain("README.md");
  expect(reviewCheck(from, parked.head)).toEqual(["failure"]);
});
