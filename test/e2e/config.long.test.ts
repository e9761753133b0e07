/** A config that cannot be read: said once, with the place and the mend; mended, the task goes on by itself. */
import { expect, it } from "vitest";
import { story, twice } from "./world.ts";

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
  await from.settle();
  await from.push(".github/gza.yml", "agents: {default: {agent: scripted}\nreview: {enabled: false}\n");
  await from.settle();
  const again = from.said(issue).filter((body) => body.includes("gza:parked:"));
  await from.push(".github/gza.yml", "agents: {default: {agent: scripted}}\nreview: {enabled: false}\n");
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
