import "./dashboard.css";
import { type ComponentType, render } from "preact";
import { addressedSandbox } from "./address.ts";
import { openForm } from "./configs/forms.ts";
import { openFault } from "./control/faults.ts";
import { Frame } from "./elements/Frame.tsx";
import { Lazy } from "./elements/Lazy.tsx";
import { useViewFocus } from "./elements/viewFocus.ts";
import { FrontDoor } from "./overview/FrontDoor.tsx";
import { Overview } from "./overview/Overview.tsx";
import { isPresenting } from "./presenter/presenting.ts";
import { followHistory, isPlain, route, type View } from "./route.ts";
import { connection, hasSomething, isClosed } from "./sandbox.ts";
import { Closed } from "./shell/Closed.tsx";
import { Header } from "./shell/Header.tsx";
import { Notices } from "./shell/Notices.tsx";
import { followTitle } from "./shell/title.ts";
import { Undo } from "./shell/Undo.tsx";
import { watch } from "./sync.ts";
import { text, useRememberedLanguage } from "./text/text.ts";

/** The views that have a script of their own. */
const lazyViews: Readonly<Record<Exclude<View, "overview">, () => Promise<ComponentType>>> = {
  configs: async () => (await import("./configs/ConfigsView.tsx")).ConfigsView,
  requests: async () => (await import("./requests/RequestsView.tsx")).RequestsView,
  invocations: async () => (await import("./invocations/InvocationsView.tsx")).InvocationsView,
  inbox: async () => (await import("./inbox/InboxView.tsx")).InboxView,
  control: async () => (await import("./control/ControlView.tsx")).ControlView,
  audit: async () => (await import("./audit/AuditView.tsx")).AuditView,
};

function Dashboard() {
  const state = connection.value;
  const { view } = route.value;
  return (
    <Frame
      view={view}
      head={
        <>
          <Header />
          <Notices />
        </>
      }
      over={
        <>
          <Dialogs />
          <Undo />
          {isPresenting.value && (
            <Lazy
              name="presenter"
              load={async () => (await import("./presenter/Presenter.tsx")).Presenter}
              given={{}}
            />
          )}
        </>
      }
    >
      {isClosed(state) ? <Closed state={state} /> : hasSomething.value ? <CurrentView /> : <Loading />}
    </Frame>
  );
}

function CurrentView() {
  const { view } = route.value;
  useViewFocus(view);
  if (view === "overview") {
    return (
      <>
        {addressedSandbox === undefined && isPlain.value && <FrontDoor />}
        <Overview />
      </>
    );
  }
  return <Lazy key={view} name={view} load={lazyViews[view]} given={{}} />;
}

/** The dialogs that any view may open. */
function Dialogs() {
  const fault = openFault.value;
  return (
    <>
      {openForm.value && (
        <Lazy name="form" load={async () => (await import("./configs/Form.tsx")).Form} given={{}} />
      )}
      {fault && (
        <Lazy
          name="fault"
          load={async () => (await import("./control/FaultForm.tsx")).FaultForm}
          given={{
            request: fault,
            onClose: () => {
              if (openFault.peek() === fault) openFault.value = undefined;
            },
          }}
        />
      )}
    </>
  );
}

function Loading() {
  return (
    <div class="panels" aria-busy="true">
      {["first", "second"].map((name) => (
        <div key={name} class={`panel skeleton ${name}`}>
          <span class="hidden">{text().common.loading}</span>
        </div>
      ))}
    </div>
  );
}

/** The key `/` leads to the search of the view. */
function followKeys(): void {
  document.addEventListener("keydown", (event) => {
    const { target, key, metaKey, ctrlKey, altKey } = event;
    if (key !== "/" || metaKey || ctrlKey || altKey) return;
    if (target instanceof HTMLElement && target.closest("input, textarea, select, dialog, [contenteditable]"))
      return;
    const search = document.querySelector<HTMLInputElement>("#main input[type=search]");
    if (!search) return;
    event.preventDefault();
    search.focus();
  });
}

// The view's script comes while its data do.
const { view: firstView } = route.peek();
if (firstView !== "overview") void lazyViews[firstView]().catch(() => undefined);
followHistory();
followTitle();
followKeys();
watch();
// English is there in any case.
await useRememberedLanguage().catch(() => undefined);
const root = document.getElementById("dashboard");
if (root) render(<Dashboard />, root);
