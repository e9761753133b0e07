/** Folds away what newer words of GZA's own replaced. */
import { aliased } from "./aliased.ts";
import type { Perform } from "./context.ts";

export const minimise: Perform<"minimise"> = async (client, _, { nodes }) => {
  const inputs = nodes.map((subjectId) => ({ subjectId, classifier: "OUTDATED" }));
  const mutation = { name: "minimizeComment", answer: "minimizedComment { isMinimized }" };
  await aliased(client, { ...mutation, type: "MinimizeCommentInput" }, inputs);
  return [];
};
