import { Menu } from "../../dashboard/shell/Menu.tsx";
import { text } from "../../dashboard/text/text.ts";
import { dateAndTime, shortTime } from "../../dashboard/time.ts";
import { Link } from "../elements/Link.tsx";
import { loadedAt, refresh } from "../loading.ts";
import { route, views } from "../route.ts";
import { signOut, standing, token } from "../session.ts";
import { words } from "../text/text.ts";

/** The head of the operator's page: its views, and what concerns the page as a whole. */
export function Header() {
  const { shell } = words();
  const isAdmitted = standing.value === "admitted";
  const at = loadedAt.value;
  return (
    <header class="top">
      <h1>
        <a href="./">fc-sandbox</a>
      </h1>
      <span class="badge">{shell.operator}</span>
      {isAdmitted && <Views />}
      <div class="tools">
        {isAdmitted && at !== undefined && (
          <span class="hint" title={dateAndTime(at)}>
            {shell.asOf(shortTime(new Date(at).toISOString(), Date.now()))}
          </span>
        )}
        {isAdmitted && (
          <button type="button" class="quiet" onClick={refresh}>
            {shell.refresh}
          </button>
        )}
        <a href="guide/operating">{text().shell.guide}</a>
        <a href="docs">{text().shell.reference}</a>
        <Menu />
        {isAdmitted && token.value !== undefined && (
          <button type="button" class="quiet" onClick={signOut}>
            {shell.signOut}
          </button>
        )}
      </div>
    </header>
  );
}

function Views() {
  const { view: current } = route.value;
  return (
    <nav class="views" aria-label={text().shell.views}>
      {views.map((view) => (
        <Link key={view} view={view} aria-current={current === view ? "page" : undefined}>
          {words().views[view]}
        </Link>
      ))}
    </nav>
  );
}
