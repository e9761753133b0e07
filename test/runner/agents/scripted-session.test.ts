/** Sessions of the scripted agent: where their files are, and whose they are. */
import { expect, it } from "vitest";
import { scriptedSessionFile, scriptedSessionIn } from "../../../src/runner/agents/scripted-session.ts";

const ID = "11111111-2222-4333-8444-555555555555";

it("keeps a session in the agent's home", () => {
  expect(scriptedSessionFile("/home/a", ID)).toBe(`/home/a/.scripted-agent/sessions/${ID}.jsonl`);
});

it.each(["../../x", "", "a/b", `${ID}/..`, "..", `${ID}\n`])("takes no path for an id: %j", (id) => {
  expect(() => scriptedSessionFile("/home/a", id)).toThrow(/UUID/);
});

it.each([
  [`{"type":"system","session_id":"${ID}"}\n{"type":"user"}\n`, ID],
  [`{"session_id":"${ID}"}`, ID],
  ["", null],
  ["no JSON\n", null],
  ["17", null],
  ["{}\n", null],
  [`{"session_id":"../../etc/passwd"}\n`, null],
  [`{"type":"user"}\n{"session_id":"${ID}"}\n`, null],
])("says whose %j is", (text, id) => {
  expect(scriptedSessionIn(text)).toBe(id);
});
