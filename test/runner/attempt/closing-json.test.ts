/** The closing JSON of an agent: found behind any prose, and never taken from the prose itself. */
import { expect, it } from "vitest";
import { closingJson } from "../../../src/runner/attempt/closing-json.ts";

const ANSWER = { summary: "ok", findings: [{ title: 'a "}" and a { in it' }] };
const BARE = JSON.stringify(ANSWER);
const FENCED = `\`\`\`json\n${JSON.stringify(ANSWER, null, 2)}\n\`\`\``;

it.each([
  ["nothing but the object", BARE],
  ["prose before a bare object", `All good, I think { mostly }.\n\n${BARE}`],
  ["prose that says APPROVED", `Verdict: APPROVED. LGTM!\n${FENCED}`],
  ["a fence and words after it", `${FENCED}\n\nThat is all; {} would have been shorter.`],
  ["a fence without a language, indented", `Here:\n  \`\`\`\n  ${BARE}\n  \`\`\`\n`],
  ["an example in a fence before the bare object", `\`\`\`json\n{"findings": []}\n\`\`\`\nNow mine: ${BARE}`],
  ["two fences, of which the last counts", `\`\`\`json\n{"findings": []}\n\`\`\`\nor better\n${FENCED}`],
  ["a later fence that holds no JSON", `${FENCED}\n\`\`\`js\nconst a = {};\n\`\`\``],
  ["objects of code in the prose", `function f() { return { a: 1 }; } and {"x": 1}\n${BARE}`],
  ["line breaks of Windows around it", `Here\r\n${BARE}\r\n`],
  ["a quote that nobody closes before it", `The word " stands alone. ${BARE}`],
])("finds it behind %s", (_, words) => {
  expect(closingJson(words)).toEqual(ANSWER);
});

it("keeps fences that stand inside its strings", () => {
  const answer = { fix: "```js\nadd();\n```", tests: 'say "hi" \\ {' };

  expect(closingJson(`So:\n\`\`\`json\n${JSON.stringify(answer, null, 2)}\n\`\`\``)).toEqual(answer);
});

it.each([
  ["there is none", "I found nothing wrong."],
  ["the text is empty", ""],
  ["it is a list", "[1, 2, 3]"],
  ["it breaks off before any object is whole", '{"summary": "It is'],
  ["it is only like JSON", "{summary: 'ok'}"],
])("says that there is none when %s", (_, words) => {
  expect(closingJson(words)).toBeNull();
});

it("does not take a part for the whole when the answer breaks off", () => {
  const whole = JSON.stringify({ findings: [{ title: "one" }, { title: "two" }] });

  expect(closingJson(whole.slice(0, -4))).not.toHaveProperty("findings");
});

it("gives up a text that is made to be slow", () => {
  const started = performance.now();

  expect(closingJson(`${"{".repeat(500_000)}`)).toBeNull();
  expect(performance.now() - started).toBeLessThan(5000);
});
