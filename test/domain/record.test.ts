/** The record's own bounds. */
import { expect, it } from "vitest";
import { MAX_RECORD_BYTES, RecordBody } from "../../src/domain/record.ts";
import { attempt, NOW, record, sha, verdict } from "./snapshots.ts";

it("holds everything that its shape allows within the bytes that it may have", () => {
  const id = 99_999_999_999;
  const work = {
    n: 1000,
    kind: "implement",
    how: "resume",
    agent: "opencode",
    model: "anthropic/claude-sonnet-4-5-20250929",
    start: { base: sha("a"), head: sha("b") },
    run: id,
    ended: NOW,
    end: "provider_unavailable",
    work: sha("c"),
    turns: 100,
    seconds: 86_400,
    usd: 12.3456,
  } as const;
  const { mac: _, ...body } = record({
    landed: Array.from({ length: 12 }, () => sha("d")),
    head: sha("d"),
    branch: `gza/1234567890-${"x".repeat(40)}`,
    attempt: attempt({ ...work, ended: null, end: null }),
    attempts: Array.from({ length: 22 }, () => attempt(work)),
    verdict: verdict({ carried_from: sha("e"), value: "approved_with_followups" }),
    findings: "f".repeat(64),
    rerun: {
      head: sha("d"),
      at: NOW,
      names: Array.from({ length: 5 }, () => "x".repeat(60)),
      checks: Array.from({ length: 50 }, () => id),
    },
    intents: Array.from({ length: 10 }, () => ({ key: `answer:${id}:nothing_to_improve`, at: NOW })),
  });

  expect(JSON.stringify(RecordBody.parse(body)).length).toBeLessThan(MAX_RECORD_BYTES - 300);
});
