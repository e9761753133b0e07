/** Global node ids: one text for each thing, read back to what it was made from. */
import { describe, expect, it } from "vitest";
import { nodeId, parseNodeId } from "../../src/playground/node-ids.ts";

describe("node ids", () => {
  it("look like GitHub's and lead back to kind and id", () => {
    const issue = nodeId("Issue", 1001);
    const ref = nodeId("Ref", "7:refs/heads/a");

    expect(issue).toMatch(/^I_kwDO/);
    expect(parseNodeId(issue)).toEqual({ kind: "Issue", id: "1001" });
    expect(parseNodeId(ref)).toEqual({ kind: "Ref", id: "7:refs/heads/a" });
  });

  it("are null for what is none", () => {
    expect(parseNodeId("MDU6SXNzdWUx")).toBeNull();
    expect(parseNodeId("XX_kwDOMQ")).toBeNull();
  });
});
