import { useSignal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { type ApiCall, type ApiFailure, sendApi } from "../api.ts";
import { Code } from "../elements/Code.tsx";
import { Dialog, type FocusAfter } from "../elements/Dialog.tsx";
import { announcement, signingKey } from "../sandbox.ts";
import { text } from "../text/text.ts";
import { forgetDraft } from "./drafts.ts";

/** How many requests the preview shows. */
const SHOWN_CALLS = 12;

/** The item that an error message of the API begins with. */
const ITEM = /^[\w.-]+(?= must be | doesn't match | exceeds | is required )/;

/**
 * A dialog with a form that sends requests to the API, one after the other, and shows the API's own error: at
 * the field that it names, or below.
 */
export function ApiForm<Name extends string>({
  title,
  calls,
  note,
  submit,
  isDangerous = false,
  fields = {},
  missing,
  draft,
  done,
  hint,
  focusAfter,
  onClose,
  children,
}: {
  title: string;
  /** The requests of the form as it is filled in; none while something is missing. */
  calls: readonly ApiCall[];
  /** What the requests do, above their preview. */
  note: ComponentChildren;
  /** The label of the button that sends. */
  submit: string;
  isDangerous?: boolean;
  /** The field of each item that error messages name, and of error codes. */
  fields?: Readonly<Record<string, Name>>;
  /** What has to be entered before anything can be sent, said beside its field. */
  missing?: { readonly field: Name; readonly message: string } | undefined;
  /** The form's drafts, which are forgotten once all requests have succeeded. */
  draft?: string;
  /** What is announced once all requests have succeeded. */
  done: string;
  hint?: ComponentChildren;
  /** What has the focus once all requests have succeeded; default: what had it before. */
  focusAfter?: FocusAfter;
  onClose: () => void;
  children?: (errorOf: (name: Name) => string | undefined) => ComponentChildren;
}) {
  const failure = useSignal<ApiFailure | undefined>(undefined);
  const isMissing = useSignal(false);
  const sending = useSignal<{ readonly sent: number; readonly of: number } | undefined>(undefined);
  const isDone = useRef(false);
  const form = useRef<HTMLFormElement>(null);
  useEffect(() => {
    form.current?.querySelector<HTMLElement>("[aria-invalid=true]")?.focus();
  }, [failure.value, isMissing.value]);

  const { code = "", message = "" } = failure.value ?? {};
  const [item = code] = ITEM.exec(message) ?? [];
  const wrong: Name | undefined = fields[item];
  const send = async (event: Event) => {
    event.preventDefault();
    failure.value = undefined;
    isMissing.value = missing !== undefined;
    if (missing) return;
    try {
      for (const [sent, call] of calls.entries()) {
        sending.value = { sent, of: calls.length };
        const found = await sendApi(call, signingKey.value);
        if (found === undefined || call.done?.some((code) => code === found.code)) continue;
        failure.value = found;
        break;
      }
    } catch {
      failure.value = { status: 0, code: "", message: text().common.connectionLost, requestId: "" };
    }
    sending.value = undefined;
    if (failure.value !== undefined) return;
    announcement.value = done;
    isDone.current = true;
    if (draft !== undefined) forgetDraft(draft);
    onClose();
  };
  return (
    <Dialog
      title={title}
      onClose={onClose}
      focusAfter={(before) => (isDone.current ? focusAfter?.(before) : null)}
    >
      <form ref={form} onSubmit={send}>
        {children?.((name) =>
          isMissing.value && missing?.field === name ? missing.message : wrong === name ? message : undefined,
        )}
        {calls.length > 0 && (
          <div class="preview">
            <p>{note}</p>
            <Code label={calls.length > 1 ? text().common.theRequests : text().common.theRequest}>
              {preview(calls)}
            </Code>
          </div>
        )}
        {failure.value && (
          <p class="error" role="alert">
            <strong>
              {failure.value.status || ""} {code}
            </strong>{" "}
            {wrong ? text().common.seeField : message}
            {failure.value.requestId && <small> {text().common.requestId(failure.value.requestId)}</small>}
          </p>
        )}
        <footer>
          {hint && <p class="hint">{hint}</p>}
          {draft !== undefined && (
            <button
              type="button"
              class="quiet"
              onClick={() => {
                forgetDraft(draft);
                onClose();
              }}
            >
              {text().common.discard}
            </button>
          )}
          <button
            type="submit"
            class={isDangerous ? "danger" : ""}
            disabled={sending.value !== undefined || calls.length === 0}
          >
            {sending.value && sending.value.of > 2
              ? text().common.progress(submit, sending.value.sent, sending.value.of)
              : submit}
          </button>
        </footer>
      </form>
    </Dialog>
  );
}

function preview(calls: readonly ApiCall[]): string {
  const shown = calls
    .slice(0, SHOWN_CALLS)
    .map(({ method, path, headers = {}, body = "", shownBody = body }) => [
      `${method} ${path}`,
      ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
      ...(shownBody ? [shownBody] : []),
    ]);
  const more = calls.length > SHOWN_CALLS ? [text().common.andMore(calls.length - SHOWN_CALLS)] : [];
  return [...shown.flat(), ...more].join("\n");
}
