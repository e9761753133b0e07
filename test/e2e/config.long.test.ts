/** A config that cannot be read: said once, with the place and the mend; mended, the task goes on by itself. */
import { expect, it } from "vitest";
import { story, twice, type Story } from "./world.ts";

it("parks with file, line, column and how to mend it, and goes on by itself", async () => {
  await using from = await story({
    config: "agents: {default: {agent: scripted}}\nreview: {enabled: false}\nparalel: {tasks: 2}\n",
  });
  await from.begin();

  const issue = await from.ask();
  const parked = await from.until(issue, ({ phase }) => phase === "parked");
  await from.settle();
  const calls = from.said(issue).filter((body) => body.includes("gza:parked:"));
  const labels = [...from.issue(issue).labels];
  await from.push(".github/gza.yml", "agents: {default: {agent: scripted}}\nreview: {enabled: 5}\n");
  await called(from, issue, 2);
  await from.push(".github/gza.yml", "agents: {default: {agent: scripted}\nreview: {enabled: false}\n");
  await called(from, issue, 3);
  const again = from.said(issue).filter((body) => body.includes("gza:parked:"));
  const mended = "agents: {default: {agent: scripted}}\nreview: {enabled: false}\nsandbox: off\n";
  await from.push(".github/gza.yml", mended);
  const ready = await from.until(issue, ({ phase }) => phase === "ready");

  expect(parked).toMatchObject({ reason: "config", attempt: null });
  expect(calls).toHaveLength(1);
  expect(calls[0]).toContain("@ada `.github/gza.yml` cannot be used");
  expect(calls[0]).toMatch(/line 3, column 1: .*paralel.*parallel/);
  expect(labels).toEqual(["gza", "gza:needs-you"]);
  expect(again).toHaveLength(3);
  expect(again[1]).toMatch(/line 2, column \d+: .*review\.enabled/);
  expect(again[2]).toMatch(/line 2, column \d+: /);
  expect(ready).toMatchObject({ reason: "ready", attempts: [{ n: 1, end: "completed" }] });
  expect(twice(from, issue)).toEqual([]);
});

/** A push is looked at a moment after it came: time passes until she was called so often. */
async function called(from: Story, issue: number, times: number): Promise<void> {
  const calls = (): number => from.said(issue).filter((body) => body.includes("gza:parked:")).length;
  for (let look = 0; look < 10 && calls() < times; look += 1) {
    await from.settle();
    from.passToNext();
    await from.settle();
  }
}
