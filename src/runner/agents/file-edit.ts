/** What a tool's call does to a file, by the tools that Claude Code edits with. */
import { z } from "zod";
import { fingerprint } from "./fingerprint.ts";

export interface FileEdit {
  path: string;
  /** Fingerprint of what goes; null: all that was there. */
  from: string | null;
  /** Fingerprint of what comes. */
  to: string;
}

const Edit = z.object({ file_path: z.string(), old_string: z.string(), new_string: z.string() });
const MultiEdit = z.object({
  file_path: z.string(),
  edits: z.array(z.object({ old_string: z.string(), new_string: z.string() })),
});
const Write = z.object({ file_path: z.string(), content: z.string() });
const NotebookEdit = z.looseObject({ notebook_path: z.string() });

/** null: the call is no edit of a file. */
export function editIn(name: string, input: unknown): FileEdit | null {
  if (name === "Edit") {
    const edit = Edit.safeParse(input).data;
    return edit ? between(edit.file_path, [edit.old_string], [edit.new_string]) : null;
  }
  if (name === "MultiEdit") {
    const edit = MultiEdit.safeParse(input).data;
    if (!edit) return null;
    const going = edit.edits.map(({ old_string: old }) => old);
    return between(
      edit.file_path,
      going,
      edit.edits.map(({ new_string: text }) => text),
    );
  }
  if (name === "Write") {
    const write = Write.safeParse(input).data;
    return write ? { path: write.file_path, from: null, to: fingerprint(write.content) } : null;
  }
  if (name !== "NotebookEdit") return null;
  const edit = NotebookEdit.safeParse(input).data;
  return edit ? { path: edit.notebook_path, from: null, to: fingerprint(edit) } : null;
}

function between(path: string, going: string[], coming: string[]): FileEdit {
  return { path, from: fingerprint(going), to: fingerprint(coming) };
}
