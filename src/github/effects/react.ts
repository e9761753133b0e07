/** Puts GZA's reaction on a comment; a second one of the same kind changes nothing on GitHub. */
import { statusOf } from "../failure.ts";
import { pathOf, type Perform } from "./context.ts";

export const react: Perform<"react"> = async (client, { snapshot }, { comment, content }) => {
  try {
    await client.request("POST /repos/{owner}/{repo}/issues/comments/{comment_id}/reactions", {
      ...pathOf(snapshot),
      comment_id: comment,
      content,
    });
  } catch (error) {
    // The comment was deleted: nobody waits for the reaction any more.
    if (statusOf(error) !== 404) throw error;
  }
  return [{ kind: "reacted", comment }];
};
