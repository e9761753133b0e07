/** Fills the template of GZA's workflow file in with the action to use. */

/** The line of the template that is filled in, wherever it stands. */
const PLACEHOLDER = /gza-app\/gza\/action@0{40} # filled in by `gza workflow`/g;

/** One per step: prepare, agent, publish. */
const PLACES = 3;

export interface WorkflowAction {
  /** `owner/name`, or `owner/name/path` where the action's `action.yml` is not in the repository's top folder. */
  repository: string;
  /** Full commit id: tags can be moved. */
  sha: string;
}

/** The text of `.github/workflows/gza.yml` for a repository that uses that action. Throws when template or action cannot be right. */
export function workflowFor(template: string, uses: WorkflowAction): string {
  if (!/^[\w.-]+\/[\w.-]+(?:\/[\w.-]+)*$/.test(uses.repository)) {
    throw new Error(`"${uses.repository}" is no action; write it as owner/name or owner/name/path`);
  }
  if (!/^[0-9a-f]{40}$/.test(uses.sha))
    throw new Error(`"${uses.sha}" is no full commit id; an action is pinned by its 40 hexadecimal digits`);
  const found = template.match(PLACEHOLDER)?.length ?? 0;
  if (found !== PLACES) {
    throw new Error(
      `the workflow template has ${found} of ${PLACES} lines to fill in (uses: gza-app/gza/action@${"0".repeat(40)}); take the template of this release`,
    );
  }
  return template.replace(PLACEHOLDER, `${uses.repository}@${uses.sha}`);
}
