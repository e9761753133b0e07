/** Whole workflow runs that do not come to a good end: what they leave, and how the next one goes on from it. */
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { Job } from "../../../src/domain/job.ts";
import type { Report } from "../../../src/domain/report.ts";
import { prepare } from "../../../src/runner/prepare.ts";
import { publish } from "../../../src/runner/publish/publish.ts";
import { MAX_SESSION_BYTES, readSession } from "../../../src/runner/attempt/sessions.ts";
import { mended } from "./mended.ts";
import { createTaskServer, LIMITS, runWorkflow, type JobChange, type TaskServer } from "../task-server.ts";

const FIX = { edit: { path: "src/add.js", find: "a - b", replace: "a + b" } };
const BEGINS = [FIX, { say: "one" }, { say: "two" }, { say: "three" }];
const CIRCLES = Array.from({ length: 6 }, () => ({ run: "cat README.md" }));
const BATON = "refs/gza/attempts/7";
const KEPT = "refs/gza/unfinished/7";

function files(server: TaskServer, ref = BATON): string[] {
  return server.git("ls-tree", "--name-only", ref).split("\n");
}

/** Keeps R as the app does, and hands out the attempt that goes on from it. */
function goOn(server: TaskServer, report: Report, change: JobChange = {}): TaskServer {
  server.git("update-ref", KEPT, server.git("rev-parse", BATON));
  const session = report.session ? server.git("rev-parse", `${KEPT}:session`) : null;
  const job: Job = {
    ...server.job,
    attempt: 2,
    how: "resume",
    start: { ...server.job.start, work: report.work?.head ?? null },
    previous: { end: report.end, summary: report.summary, session },
    ...change,
  };
  return { ...server, job, inputs: server.handOut(JSON.stringify(job)) };
}

describe.concurrent("an attempt that is stopped", () => {
  it.each<[string, unknown[], JobChange, string]>([
    ["out of turns", BEGINS, { limits: { ...LIMITS, turns: 2 } }, "max_turns"],
    ["out of time", [FIX, { wait: 600 }], { limits: { ...LIMITS, seconds: 25 } }, "timeout"],
    ["silent", [FIX, { wait: 600 }], { limits: { ...LIMITS, silence: 20 } }, "silence"],
    ["going round in circles", [FIX, ...CIRCLES], {}, "agent_loop"],
    ["with a red verify", [FIX], { verify: "false" }, "verify_red"],
    ["killed", [FIX, { kill: true }], {}, "infrastructure"],
    ["left by its provider", [FIX, { provider: { status: 529 } }], {}, "provider_unavailable"],
    ["refused by its provider", [FIX, { provider: { status: 401 } }], {}, "provider_refused"],
    ["in an error", [FIX, { end: "error" }], {}, "agent_gave_up"],
  ])("%s leaves its work unfinished, and its session", async (_, steps, change, end) => {
    using server = createTaskServer(steps, change);

    const report = await runWorkflow(server);

    expect(report).toMatchObject({ end, work: { commits: 1, finished: false }, session: true });
    expect(files(server)).toEqual(["report.json", "session"]);
    expect(server.git("show", `${BATON}^2:src/add.js`)).toContain("a + b");
  });

  it("because the workflow run is cancelled leaves them too", async () => {
    const cancelled = new AbortController();
    using server = createTaskServer([FIX, { say: "Now I wait." }, { run: "sleep 1000" }]);

    const report = await runWorkflow(server, {
      signal: cancelled.signal,
      print: (text) => {
        if (text.includes("sleep 1000")) cancelled.abort();
      },
    });

    expect(report).toMatchObject({ end: "run_cancelled", work: { finished: false }, session: true });
  });

  it("by a quota says when it is renewed", async () => {
    using server = createTaskServer([FIX, { provider: { status: 429, reset_in: 3600 } }]);

    const report = await runWorkflow(server);
    const seconds = (Date.parse(report.reset_at ?? "") - Date.now()) / 1000;

    expect(report.end).toBe("quota");
    expect(seconds).toBeGreaterThan(3500);
    expect(seconds).toBeLessThanOrEqual(3600);
  });

  it("whose work the guard refuses leaves none of it", async () => {
    const steps = [{ write: { path: ".github/workflows/ci.yml", content: "on: push\n" } }, { end: "error" }];
    using server = createTaskServer(steps);

    const report = await runWorkflow(server);

    expect(report).toMatchObject({ end: "guard_refused", work: null, session: false });
  });

  it("and one that is good leaves no session", async () => {
    using server = createTaskServer([FIX]);

    const report = await runWorkflow(server);

    expect(report).toMatchObject({ end: "completed", session: false });
    expect(files(server)).toEqual(["report.json"]);
  });
});

describe.concurrent("an attempt that goes on", () => {
  const script = {
    ".github/gza-script.yml": JSON.stringify({
      7: { implement: { 1: BEGINS, 2: [{ run: "cat src/add.js" }, { say: "Finished." }] } },
    }),
  };
  const short = { limits: { ...LIMITS, turns: 2 } };

  it("does so in the same session, from the saved work", async () => {
    using server = createTaskServer([], short, script);
    const first = await runWorkflow(server);

    const next = goOn(server, first);
    const report = await runWorkflow(next);
    const said = (ref: string): string => server.git("log", "-1", "--format=%H", ref);

    expect(report).toMatchObject({ end: "completed", attempt: 2, work: { commits: 1, finished: true } });
    expect(report.summary).toBe("Finished.\n\nIt went on in the same session.");
    expect(said(`${BATON}^2`)).toBe(report.work?.head);
  });

  it("does so from the saved work with a summary where the session is gone", async () => {
    using server = createTaskServer([], short, script);
    const first = await runWorkflow(server);

    const gone = { previous: { end: first.end, summary: "Half done.", session: "1".repeat(40) } };
    const report = await runWorkflow(goOn(server, first, gone));

    expect(report.end).toBe("completed");
    expect(report.summary).toBe("Finished.\n\nIt went on from the saved work with a summary.");
  });

  it("shows its agent the work, and nothing else of what is kept", async () => {
    const script = { 7: { implement: { 1: BEGINS, 2: [{ run: "git for-each-ref > refs.txt" }] } } };
    using server = createTaskServer([], short, { ".github/gza-script.yml": JSON.stringify(script) });
    const first = await runWorkflow(server);

    await runWorkflow(goOn(server, first));

    expect(server.git("show", `${BATON}^2:refs.txt`)).not.toContain("unfinished");
  });

  it.each<[string, JobChange, Report["end"]]>([
    ["its setup fails", { setup: "exit 1" }, "infrastructure"],
    ["its agent is not known", { agent: { name: "clippy", model: null, fallback: [] } }, "bad_report"],
  ])("leaves what it found where %s before it begins", async (_, change, end) => {
    using server = createTaskServer([], short, script);
    const first = await runWorkflow(server);

    const report = await runWorkflow(goOn(server, first, change));

    expect(report).toMatchObject({ end, work: { commits: 1, finished: false }, session: true });
    expect(report.summary).not.toContain("It went on");
    expect(server.git("rev-parse", `${BATON}:session`)).toBe(server.git("rev-parse", `${KEPT}:session`));
    expect(server.git("show", `${BATON}^2:src/add.js`)).toContain("a + b");
  });

  it("leaves what it found where its machine dies", async () => {
    using server = createTaskServer([], short, script);
    const first = await runWorkflow(server);
    const next = goOn(server, first);
    await prepare(next.inputs, next.remote);

    await publish({ ...next.inputs, agentResult: "failure" }, next.remote);

    expect(server.report()).toMatchObject({
      end: "infrastructure",
      attempt: 2,
      work: { commits: 1 },
      session: true,
    });
  });

  it("leaves nothing of what it found where the guard has become stricter", async () => {
    using server = createTaskServer([], short, script);
    const first = await runWorkflow(server);

    const report = await runWorkflow(goOn(server, first, { setup: "exit 1", protect: ["src/**"] }));

    expect(report).toMatchObject({ end: "infrastructure", work: null, session: false });
  });

  it("ends plainly where the saved work is gone", async () => {
    using server = createTaskServer([], short, script);
    const first = await runWorkflow(server);
    const next = goOn(server, first);
    server.git("update-ref", "-d", KEPT);

    const report = await runWorkflow(next);

    expect(report).toMatchObject({ end: "infrastructure", work: null });
    expect(report.summary).toContain("is on no branch any more");
  });
});

describe.concurrent("what an agent says of itself", () => {
  const says = (outcome: string, text = "Because."): object => ({ json: { outcome, text } });

  it.each<[string, unknown[], JobChange, Partial<Report>]>([
    [
      "no change is needed, with evidence",
      [says("no_change_needed", "README.md:1 says so.")],
      {},
      { end: "no_change_needed", summary: "README.md:1 says so.", work: null },
    ],
    [
      "no change is needed, and verify passes",
      [says("no_change_needed")],
      { verify: "true" },
      { end: "no_change_needed" },
    ],
    [
      "no change is needed, but verify is red",
      [says("no_change_needed")],
      { verify: "false" },
      { end: "verify_red" },
    ],
    [
      "it has a question",
      [says("question", "Which?")],
      {},
      { end: "question", question: "Which?", session: true },
    ],
    ["it gives up", [says("gave_up", "No way.")], {}, { end: "agent_gave_up", summary: "No way." }],
    ["nothing, in prose", [{ say: "No change is needed. I give up. A question?" }], {}, { end: "empty_run" }],
    [
      "no change is needed, but it failed",
      [says("no_change_needed"), { end: "error" }],
      {},
      { end: "agent_gave_up" },
    ],
  ])("counts when it says that %s", async (_, steps, change, expected) => {
    using server = createTaskServer(steps, change);

    expect(await runWorkflow(server)).toMatchObject(expected);
  });

  it.each<[string, Partial<Report>]>([
    ["question", { end: "question", question: "Because.", session: true }],
    ["gave_up", { end: "agent_gave_up", summary: "Because." }],
    ["no_change_needed", { end: "unchanged", question: null }],
  ])("is heard from an improve attempt too: %s", async (outcome, expected) => {
    expect(await mended("improve", [says(outcome)])).toMatchObject({ ...expected, work: null });
  });

  it("keeps work that comes with a question, unverified and unfinished", async () => {
    using server = createTaskServer([FIX, says("question", "Which?")], { verify: "true" });

    const report = await runWorkflow(server);

    expect(report).toMatchObject({ end: "question", verify: null, work: { commits: 1, finished: false } });
  });
});

describe.concurrent("an attempt to explore", () => {
  it("brings back its answer and nothing else", async () => {
    const steps = [
      { run: "echo x > new.md; echo y >> README.md; git status --short" },
      { say: "In src/add.js:1." },
    ];
    using server = createTaskServer(steps, { kind: "explore" });

    const report = await runWorkflow(server);

    expect(report).toMatchObject({ end: "completed", answer: "In src/add.js:1.", work: null });
    expect(server.git("show", "-s", "--format=%P", BATON)).toBe(server.inputs.job);
  });

  it("without an answer is an empty run", async () => {
    using server = createTaskServer([{ run: "true" }, { end: "empty" }], { kind: "explore" });

    expect((await runWorkflow(server)).end).toBe("empty_run");
  });
});

describe.concurrent("a fault of the set-up", () => {
  it.each<[string, JobChange, RegExp]>([
    [
      "an agent that the release does not know",
      { agent: { name: "clippy", model: null, fallback: [] } },
      /no agent "clippy"/,
    ],
    ["a setup command that is not there", { setup: "no-such-tool" }, /setup.*127.*runs-on/s],
  ])("is told: %s", async (_, change, words) => {
    using server = createTaskServer([FIX], change);

    expect((await runWorkflow(server)).fault).toMatch(words);
  });

  it("is told: a job of another version", async () => {
    using server = createTaskServer([FIX]);
    const inputs = server.handOut(JSON.stringify({ ...server.job, v: 2 }));

    const report = await runWorkflow({ ...server, inputs });

    expect(report).toMatchObject({ end: "bad_report" });
    expect(report.fault).toContain("version 2");
  });

  it("is none: a setup command that fails", async () => {
    using server = createTaskServer([FIX], { setup: "exit 1" });

    expect(await runWorkflow(server)).toMatchObject({ end: "infrastructure", fault: null });
  });
});

describe.concurrent("a session file", () => {
  it("is read only where it is a regular file of a bearable size", async () => {
    const folder = mkdtempSync(join(tmpdir(), "gza-session-"));
    const at = (name: string): string => join(folder, name);
    writeFileSync(at("good"), "{}\n");
    writeFileSync(at("empty"), "");
    writeFileSync(at("large"), Buffer.alloc(MAX_SESSION_BYTES + 1));
    symlinkSync("/etc/passwd", at("link"));

    const read = async (name: string): Promise<string | null> =>
      (await readSession(at(name)))?.toString() ?? null;

    expect(await read("good")).toBe("{}\n");
    expect([await read("empty"), await read("large"), await read("link"), await read("gone")]).toEqual([
      null,
      null,
      null,
      null,
    ]);
    rmSync(folder, { recursive: true });
  });
});
