import "./operator.css";
import { effect } from "@preact/signals";
import { type ComponentType, render } from "preact";
import { Frame } from "../dashboard/elements/Frame.tsx";
import { Lazy } from "../dashboard/elements/Lazy.tsx";
import { useViewFocus } from "../dashboard/elements/viewFocus.ts";
import { connection } from "../dashboard/sandbox.ts";
import { useRememberedLanguage } from "../dashboard/text/text.ts";
import { Overview } from "./overview/Overview.tsx";
import { followHistory, route, type View } from "./route.ts";
import { standing } from "./session.ts";
import { Header } from "./shell/Header.tsx";
import { SignIn } from "./shell/SignIn.tsx";
import { followLanguage, words } from "./text/text.ts";

/** The views that have a script of their own. */
const lazyViews: Readonly<Record<Exclude<View, "overview">, () => Promise<ComponentType>>> = {
  sandboxes: async () => (await import("./sandboxes/SandboxesView.tsx")).SandboxesView,
  teams: async () => (await import("./teams/TeamsView.tsx")).TeamsView,
  audit: async () => (await import("./audit/AuditView.tsx")).AuditView,
};

function OperatorPage() {
  const { view } = route.value;
  return (
    <Frame view={view} head={<Header />}>
      {standing.value === "refused" ? <SignIn /> : <CurrentView />}
    </Frame>
  );
}

function CurrentView() {
  const { view } = route.value;
  useViewFocus(view);
  if (view === "overview") return <Overview />;
  return <Lazy key={view} name={view} load={lazyViews[view]} given={{}} />;
}

// A view whose script does not come is loaded once more with the page.
connection.value = "live";
// The view's script comes while the texts do.
const { view: firstView } = route.peek();
if (firstView !== "overview") void lazyViews[firstView]().catch(() => undefined);
followHistory();
// English is there in any case.
await useRememberedLanguage().catch(() => undefined);
await followLanguage();
effect(() => {
  document.title = [words().views[route.value.view], words().shell.operator, "fc-sandbox"].join(" · ");
});
const root = document.getElementById("dashboard");
if (root) render(<OperatorPage />, root);
