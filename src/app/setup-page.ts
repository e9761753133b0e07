/** The pages of the setup, as HTML: where GitHub reaches the app, what the App may do, and what comes after it is made. */

/** `problem`: what is wrong with what was filled in; null: nothing was yet. */
export interface FirstPage {
  /** The GitHub that the App is made on. */
  github: string;
  organization: string;
  address: string;
  problem: string | null;
  key: string;
}

export function firstPage({ github, organization, address, problem, key }: FirstPage): string {
  const warning = problem === null ? "" : `<p role="alert"><strong>${escape(problem)}</strong></p>`;
  return page(
    "Make the App",
    `<p>GZA works as a GitHub App of your own. This makes one on ${escape(github)}; nothing is sent before you say so there.</p>
${warning}<form action="/register"><input type="hidden" name="key" value="${escape(key)}">
<p><label>Where does GitHub reach this server?<br>
<input name="address" size="60" required value="${escape(address)}" placeholder="https://gza.example.com"></label><br>
<small>An address that leads to this port, as GitHub sees it. For a trial on a machine that GitHub cannot reach: open
<a href="https://smee.io/new" target="_blank" rel="noreferrer">smee.io/new</a> and put the address of the channel here.</small></p>
<p><label>Organisation that will own the App; empty: your own account<br>
<input name="organization" size="60" value="${escape(organization)}"></label></p>
<p><button>Next</button></p></form>`,
  );
}

export interface SecondPage {
  github: string;
  /** Where the form goes. */
  action: string;
  manifest: string;
  webhook: string;
  permissions: { [name: string]: string };
}

export function secondPage({ github, action, manifest, webhook, permissions }: SecondPage): string {
  const rows = Object.entries(permissions).map(
    ([name, access]) => `<tr><td>${escape(name)}</td><td>${escape(access)}</td></tr>`,
  );
  return page(
    "Make the App",
    `<p>GitHub will send webhooks to <code>${escape(webhook)}</code>. In the repositories where you install it, the App may:</p>
<table>${rows.join("")}</table>
<form action="${escape(action)}" method="post">
<input type="hidden" name="manifest" value="${escape(manifest)}">
<p>On the next page choose a name that nobody has on ${escape(github)} yet; your bot will be called by it.</p>
<p><button>Go on to ${escape(github)}</button></p></form>`,
  );
}

export function lastPage({ name, install, file }: { name: string; install: string; file: string }): string {
  return page(
    "The App is made",
    `<p>${escape(name)} is there, its keys are in <code>${escape(file)}</code>, and GZA runs with them from now on.</p>
<p>Next: <a href="${escape(install)}">install it</a> in the repositories in which it shall work. Then go on with step 3 of docs/setup.md.</p>`,
  );
}

export function problemPage(problem: string): string {
  return page(
    "That did not work",
    `<p>${escape(problem)}</p><p>To begin again, open the address in the terminal once more.</p>`,
  );
}

function page(title: string, content: string): string {
  return `<!doctype html><html lang="en"><meta charset="utf-8"><title>GZA: ${escape(title)}</title>
<style>body{font:16px/1.5 sans-serif;max-width:42rem;margin:3rem auto;padding:0 1rem}td{padding-right:2rem}input,button{font:inherit;padding:.3rem .6rem}</style>
<h1>${escape(title)}</h1>${content}</html>`;
}

const ENTITIES: { [character: string]: string } = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

function escape(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => ENTITIES[character] ?? character);
}
