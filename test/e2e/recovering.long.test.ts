/** Attempts that end badly, with real runs: what goes on by itself does, what needs a person says so, and no work is lost. */
import { describe, expect, it } from "vitest";
import type { Record } from "../../src/domain/record.ts";
import { folder } from "./folder.ts";
import { story, twice, type Story, type StoryOptions } from "./world.ts";

const CONFIG = "agents: {default: {agent: scripted, max_turns: 3}}\nreview: {enabled: false}\n";

const write = (content: string): object => ({ write: { path: "note.md", content } });
const DONE = [write("done\n"), { say: "Done." }];
const THINKS = [write("begun\n"), { say: "Hm." }, { say: "Hm, hm." }, { say: "Well." }, { say: "Or not." }];

async function begun(options: StoryOptions): Promise<Story> {
  const from = await story({ config: CONFIG, ...options });
  await from.begin();
  return from;
}

function went({ attempts }: Record): string[] {
  return attempts.map(({ how, end }) => `${how} ${end}`);
}

const isReady = ({ phase }: Record): boolean => phase === "ready";
const isParked = ({ phase }: Record): boolean => phase === "parked";

function unfinished(from: Story, issue: number): string {
  return from.git("for-each-ref", "--format=%(objectname)", `refs/gza/unfinished/${issue}`);
}

describe.concurrent("an attempt", () => {
  it("out of turns goes on once from its saved work in the same session, then waits, and is tried again on a word", async () => {
    await using from = await begun({ script: { implement: { "1": THINKS, "3": DONE } } });

    const issue = await from.ask();
    const parked = await from.until(issue, isParked);
    const [kept, second] = [unfinished(from, issue), parked.attempts[1]];
    const report = JSON.parse(from.git("show", `${kept}:report.json`));
    await from.say(issue, "/gza retry");
    const ready = await from.until(issue, isReady);

    expect(went(parked)).toEqual(["first max_turns", "resume max_turns"]);
    expect(parked.attempts.map(({ turns }) => turns)).toEqual([3, 3]);
    expect(second?.work).toBe(from.git("rev-parse", `${kept}^2`));
    expect(from.git("ls-tree", "--name-only", kept).split("\n")).toEqual(["report.json", "session"]);
    expect(report.summary).toContain("same session");
    expect(from.said(issue).join("\n")).toContain("The agent used up all its turns (3).");
    expect(went(ready).at(-1)).toBe("retry completed");
    expect(from.git("show", `${ready.head}:note.md`)).toBe("done");
    expect(unfinished(from, issue)).toBe("");
    expect(twice(from, issue)).toEqual([]);
  });

  it("that goes round in circles is stopped, says in which, and can be gone on from", async () => {
    const circle = Array.from({ length: 9 }, () => ({ run: "cat README.md" }));
    const config = CONFIG.replace("max_turns: 3", "max_turns: 30");
    await using from = await begun({
      config,
      script: { implement: { "1": [write("1\n"), ...circle], "2": DONE } },
    });

    const issue = await from.ask();
    const parked = await from.until(issue, isParked);
    await from.settle();
    const words = from.said(issue);
    await from.say(issue, "/gza resume");
    const ready = await from.until(issue, isReady);

    // The status and the call say the same way on.
    expect(words.filter((body) => body.includes("`/gza resume` to go on")).length).toBe(2);
    expect(parked).toMatchObject({ reason: "agent_loop", spent: { attempts: 1 } });
    expect(from.said(issue).join("\n")).toContain("The agent went round in circles and was stopped.");
    expect(went(ready)).toEqual(["first agent_loop", "resume completed"]);
    expect(from.git("log", "--format=%s", `${ready.base}..${ready.head}`).split("\n").length).toBe(2);
  });

  it("whose agent dies is tried again after one minute and after five", async () => {
    await using from = await begun({ script: { implement: { "1": [{ kill: true }], "3": DONE } } });

    const issue = await from.ask();
    const ready = await from.until(issue, isReady);
    const [first, second, third] = ready.attempts;
    const waited = (one: typeof first, other: typeof first): number =>
      (Date.parse(other?.claimed ?? "") - Date.parse(one?.ended ?? "")) / 1000;

    expect(went(ready)).toEqual(["first infrastructure", "retry infrastructure", "retry completed"]);
    expect(waited(first, second)).toBeGreaterThanOrEqual(60);
    expect(waited(second, third)).toBeGreaterThanOrEqual(300);
  });

  it("whose provider stays away three times waits for a person", async () => {
    await using from = await begun({ script: { implement: { "1": [{ provider: { status: 529 } }] } } });

    const issue = await from.ask();
    const parked = await from.until(issue, isParked);

    expect(parked.reason).toBe("provider_unavailable");
    expect(went(parked)).toHaveLength(3);
    expect(from.said(issue).join("\n")).toContain("/gza retry");
  });

  it("whose quota is used up holds every task of its agent until the quota is renewed", async () => {
    const out = [{ provider: { status: 429, reset_in: 1800 } }];
    await using from = await begun({ script: { implement: { "1": out, "2": DONE } } });

    const one = await from.ask("One");
    const held = await from.until(one, ({ reason }) => reason === "quota");
    const other = await from.ask("Other");
    const waits = await from.until(other, ({ reason }) => reason === "quota");
    const words = from.said(other).join("\n");
    const ready = await from.until(one, isReady);

    expect(held.not_before).not.toBeNull();
    expect(waits).toMatchObject({ phase: "queued", spent: { attempts: 0 } });
    expect(ready.attempts[1]?.claimed ?? "").toSatisfy((at: string) => at >= (held.not_before ?? ""));
    expect(words).toContain("The quota of scripted");
  });

  it("that asks a question goes on with what a person answers, and with nobody else's words", async () => {
    const asks = [{ json: { outcome: "question", text: "Which colour?" } }];
    await using from = await begun({ script: { implement: { "1": asks, "2": DONE } } });

    const issue = await from.ask();
    const parked = await from.until(issue, isParked);
    await from.eve.rest.issues.createComment({
      owner: "ada",
      repo: "engine",
      issue_number: issue,
      body: "Red!",
    });
    await from.settle();
    const stays = from.record(issue);
    await from.say(issue, "Blue, please.");
    const ready = await from.until(issue, isReady);
    const jobs = from.git("log", "-p", "--all", "--format=", "--", "job.json");

    expect(parked.reason).toBe("question");
    expect(from.said(issue).join("\n")).toContain("The agent has a question: “Which colour?”");
    expect(stays?.phase).toBe("parked");
    expect(went(ready)).toEqual(["first question", "resume completed"]);
    expect(jobs).not.toContain("Red!");
  });

  it("that finds nothing to change is a success with its evidence", async () => {
    const fine = [{ json: { outcome: "no_change_needed", text: "README.md says it already." } }];
    await using from = await begun({ script: { implement: { "1": fine } } });

    const issue = await from.ask();
    const done = await from.until(issue, ({ phase }) => phase === "done");

    expect(done).toMatchObject({ reason: "no_change_needed", pull: null });
    expect(from.said(issue).join("\n")).toContain("Nothing has to be changed: README.md says it already.");
  });

  it("to explore answers in a comment and changes nothing", async () => {
    await using from = await begun({ script: { explore: { "1": [{ say: "It starts in README.md." }] } } });

    const { data } = await from.ada.rest.issues.create({
      owner: "ada",
      repo: "engine",
      title: "Where does it start?",
    });
    await from.say(data.number, "/gza run explore");
    const done = await from.until(data.number, ({ phase }) => phase === "done");

    expect(done).toMatchObject({ reason: "answered", head: null, pull: null });
    expect(from.said(data.number).join("\n")).toContain("It starts in README.md.");
    expect(from.git("for-each-ref", "refs/heads/gza")).toBe("");
    expect(twice(from, data.number)).toEqual([]);
  });
});

describe.concurrent("a person", () => {
  it("who stops an attempt loses none of its work: with the label off it goes on from there", async () => {
    await using mark = await folder();
    const slow = [write("begun\n"), { run: `touch ${mark.path}/here` }, { wait: 600 }];
    await using from = await begun({
      script: { implement: { "1": slow, "2": [{ run: "cat note.md" }, ...DONE] } },
    });
    const label = { owner: "ada", repo: "engine", name: "gza:stop" };

    const issue = await from.ask();
    await mark.filled();
    await from.ada.rest.issues.addLabels({ ...label, issue_number: issue, labels: [label.name] });
    const held = await from.until(
      issue,
      ({ attempt, reason }) => attempt === null && reason === "waits_for_stop",
    );
    const kept = from.git("show", `refs/gza/unfinished/${issue}^2:note.md`);
    await from.ada.rest.issues.removeLabel({ ...label, issue_number: issue });
    const ready = await from.until(issue, isReady);

    expect(held).toMatchObject({ phase: "queued", head: null });
    expect(kept).toBe("begun");
    expect(from.runs()[0]?.conclusion).toBe("cancelled");
    expect(went(ready)).toEqual(["first stopped", "resume completed"]);
    expect(twice(from, issue)).toEqual([]);
  });

  it("lets work go on its branch that was made from somebody else's words", async () => {
    await using from = await begun({ script: { implement: { "1": DONE } } });
    const where = { owner: "ada", repo: "engine" };

    const { data } = await from.eve.rest.issues.create({ ...where, title: "A note, please" });
    await from.ada.rest.issues.addLabels({ ...where, issue_number: data.number, labels: ["gza"] });
    const parked = await from.until(data.number, isParked);
    const branches = from.git("for-each-ref", "refs/heads/gza");
    await from.say(data.number, "/gza approve");
    const ready = await from.until(data.number, isReady);

    expect(parked.reason).toBe("untrusted");
    expect(branches).toBe("");
    expect(ready.head).toBe(parked.attempts[0]?.work);
    expect(ready.trusted).toBe(true);
    expect(twice(from, data.number)).toEqual([]);
  });

  it("starts a task anew by a word: a new branch, and the old pull request is closed", async () => {
    await using from = await begun({ script: { implement: { "1": DONE, "2": [write("anew\n")] } } });

    const issue = await from.ask();
    const old = await from.until(issue, isReady);
    await from.say(issue, "/gza run");
    const anew = await from.until(issue, ({ phase, generation }) => phase === "ready" && generation === 2);

    expect(from.issue(old.pull ?? 0)).toMatchObject({ state: "closed", pull: { mergedAt: null } });
    expect(anew.branch).toBe(`${old.branch}-2`);
    expect(anew.pull).not.toBe(old.pull);
    expect(from.git("show", `${anew.head}:note.md`)).toBe("anew");
    expect(twice(from, issue)).toEqual([]);
  });

  it("raises the budget of a task that has used it up", async () => {
    const config = `${CONFIG}budget: {task: 1, day: 50}\n`;
    const dear = [{ usage: { input: 1, output: 1, usd: 0.6 } }, ...THINKS];
    await using from = await begun({ config, script: { implement: { "1": dear, "2": DONE } } });

    const issue = await from.ask();
    const parked = await from.until(issue, isParked);
    await from.say(issue, "/gza resume");
    await from.settle();
    const stays = from.record(issue)?.phase;
    await from.say(issue, "/gza resume --budget +5");
    const ready = await from.until(issue, isReady);

    expect(parked.reason).toBe("budget");
    expect(stays).toBe("parked");
    expect(from.said(issue).join("\n")).toContain("`/gza resume --budget +5` adds five dollars");
    expect(ready.settings.budget).toBeCloseTo(parked.spent.usd + 5, 2);
    expect(went(ready).at(-1)).toBe("resume completed");
  });

  it("without write is told once, and moves nothing", async () => {
    await using from = await begun({});
    const where = { owner: "ada", repo: "engine" };

    const { data } = await from.ada.rest.issues.create({ ...where, title: "A note" });
    for (const body of ["/gza run", "/gza status", "/gza run --budget 500"]) {
      await from.eve.rest.issues.createComment({ ...where, issue_number: data.number, body });
      await from.settle();
    }
    await from.say(data.number, "/gza run");
    await from.until(data.number, isReady);
    await from.eve.rest.issues.createComment({ ...where, issue_number: data.number, body: "/gza merge" });
    await from.eve.rest.issues.createComment({ ...where, issue_number: data.number, body: "/gza cancel" });
    await from.settle();
    const refusals = from.said(data.number).filter((body) => body.includes("Only people who can push"));

    expect(from.record(data.number)).toMatchObject({ phase: "ready", merge: null, generation: 1 });
    expect(refusals).toHaveLength(1);
  });
});
