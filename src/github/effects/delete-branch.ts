/** Deletes a task's branch, unless somebody pushed to it since: then it is theirs and stays. */
import { branchRef } from "../../domain/names.ts";
import { MoveRefused } from "../failure.ts";
import { placeOf } from "../move.ts";
import { moveRefs } from "../refs.ts";
import type { Perform } from "./context.ts";

export const deleteBranch: Perform<"delete_branch"> = async (client, { snapshot }, { branch, head }) => {
  try {
    await moveRefs(client, placeOf(snapshot), [{ name: branchRef(branch), before: head, after: null }]);
  } catch (error) {
    // Whoever protects the branch wants it kept.
    if (!(error instanceof MoveRefused)) throw error;
  }
  return [];
};
