import { useSignal } from "@preact/signals";
import { functionDefaults } from "../../../fc/functions/defaults.ts";
import { runtimes } from "../../../fc/functions/runtimes.ts";
import { type ApiCall, addressOf, number } from "../api.ts";
import { Field } from "../elements/Field.tsx";
import { ChoiceField, TextField } from "../elements/TextField.tsx";
import { resources } from "../sandbox.ts";
import { text } from "../text/text.ts";
import { ApiForm } from "./ApiForm.tsx";
import { useDraft } from "./drafts.ts";
import { nameText } from "./resources.ts";

const CONTAINER = "custom-container";

/** A zip file without files in it, in base64: code for a function whose code does not matter. */
const EMPTY_ZIP = "UEsFBgAAAAAAAAAAAAAAAAAAAAAAAA==";

/** Code for a function, in base64; `text` is what the preview shows of it. */
interface GivenCode {
  readonly zipFile: string;
  readonly text: string;
}

/** The form's values as typed; an empty value is not sent. */
interface Entered {
  readonly kind: "function" | "functionInService" | "service";
  readonly service: string;
  readonly function: string;
  readonly description: string;
  readonly runtime: string;
  readonly handler: string;
  readonly memorySize: string;
  readonly timeout: string;
  readonly image: string;
}

/** The form field for each item and error code that the API's errors have. */
const fields: Readonly<Record<string, keyof Entered>> = {
  ServiceName: "service",
  FunctionName: "function",
  ServiceAlreadyExists: "service",
  FunctionAlreadyExists: "function",
  description: "description",
  handler: "handler",
  memorySize: "memorySize",
  timeout: "timeout",
  "customContainerConfig.image": "image",
};

/** A form that creates a function, with a service when that does not exist, or a service alone. */
export function CreateForm({ service, onClose }: { service?: string; onClose: () => void }) {
  const words = text().forms;
  const draft = `create ${service ?? ""}`;
  const entered = useDraft<Entered>(draft, "items", {
    kind: service ? "functionInService" : "function",
    service: service ?? "",
    function: "",
    description: "",
    runtime: runtimes[0],
    handler: "index.handler",
    memorySize: "",
    timeout: "",
    image: "",
  });
  const code = useSignal<GivenCode | undefined>(undefined);
  const { value } = entered;
  const isFunction = value.kind !== "service";
  const calls = callsFor(value, code.value, new Set(resources.value.services.keys()));
  const enter = (name: keyof Entered, given: string) => {
    entered.value = { ...value, [name]: given };
  };
  const choose = async (file: File | undefined) => {
    code.value = file && (await codeOf(file));
  };
  return (
    <ApiForm
      title={words.createTitle}
      draft={draft}
      calls={calls}
      note={calls.length > 1 ? words.serviceFirst(value.service) : words.onlyEntered}
      submit={text().common.create}
      fields={fields}
      missing={missingIn(value)}
      done={words.created(nameText(namesOf(value)))}
      onClose={onClose}
    >
      {(errorOf) => {
        const field = (
          name: Exclude<keyof Entered, "kind">,
          label: string,
          hint?: string,
          isNumeric = false,
        ) => (
          <TextField
            label={label}
            hint={hint}
            error={errorOf(name)}
            value={value[name]}
            suggestions={name === "service" && isFunction ? [...resources.value.services.keys()] : undefined}
            isNumeric={isNumeric}
            onEnter={(given) => enter(name, given)}
          />
        );
        const defaults = functionDefaults(value.kind === "functionInService");
        return (
          <>
            <div class="fields three">
              <ChoiceField
                label={words.what}
                value={value.kind}
                options={[
                  ["function", words.functionOf3],
                  ["functionInService", words.functionOf2],
                  ["service", words.serviceOf2],
                ]}
                onChoose={(kind) => enter("kind", kind)}
              />
              {value.kind !== "function" &&
                field("service", words.service, isFunction ? words.functionAny : undefined)}
              {isFunction && field("function", words.function)}
            </div>
            {isFunction && (
              <>
                <div class="fields two">
                  <ChoiceField
                    label={words.runtime}
                    value={value.runtime}
                    options={runtimes}
                    onChoose={(runtime) => enter("runtime", runtime)}
                  />
                  {field("handler", words.handler)}
                  {field("memorySize", words.memory, words.memoryHint(defaults.memorySize), true)}
                  {field("timeout", words.timeout, words.timeoutHint(defaults.timeout), true)}
                </div>
                {value.runtime === CONTAINER ? (
                  field("image", words.image, words.imageHint)
                ) : (
                  <Field label={words.code} hint={words.codeHint}>
                    {(control) => (
                      <input
                        {...control}
                        type="file"
                        accept=".zip,application/zip"
                        onChange={(event) => choose(event.currentTarget.files?.[0])}
                      />
                    )}
                  </Field>
                )}
              </>
            )}
            {field("description", words.description)}
          </>
        );
      }}
    </ApiForm>
  );
}

/** The name that has to be entered first. */
function missingIn({ kind, service, function: name }: Entered) {
  const words = text().forms;
  if (kind !== "function" && service === "") {
    return { field: "service" as const, message: words.serviceNeeded };
  }
  if (kind !== "service" && name === "") return { field: "function" as const, message: words.functionNeeded };
  return undefined;
}

function namesOf({ kind, service, function: name }: Entered) {
  return { service: kind === "function" ? "" : service, function: kind === "service" ? "" : name };
}

/** The requests that create what was entered; `services` are the names of those that exist. */
function callsFor(
  entered: Entered,
  code: GivenCode | undefined,
  services: ReadonlySet<string>,
): readonly ApiCall[] {
  const { kind, service, runtime } = entered;
  const description = entered.description || undefined;
  const serviceCall = (given: object): ApiCall => ({
    ...addressOf("CreateService", { service }),
    body: JSON.stringify({ serviceName: service, ...given }),
  });
  if (kind === "service") return [serviceCall({ description })];
  const bodyWith = (zipFile: string) =>
    JSON.stringify({
      functionName: entered.function,
      description,
      runtime,
      handler: entered.handler || undefined,
      memorySize: number(entered.memorySize || undefined),
      timeout: number(entered.timeout || undefined),
      ...(runtime === CONTAINER
        ? { customContainerConfig: { image: entered.image } }
        : { code: { zipFile } }),
    });
  const names = namesOf(entered);
  const call: ApiCall = {
    ...addressOf("CreateFunction", names),
    body: bodyWith(code?.zipFile ?? EMPTY_ZIP),
    ...(code ? { shownBody: bodyWith(code.text) } : {}),
  };
  if (kind === "function" || service === "" || services.has(service)) return [call];
  // An earlier attempt may have created the service and then failed to create the function.
  return [{ ...serviceCall({}), done: ["ServiceAlreadyExists"] }, call];
}

/** A file's bytes in base64. */
function codeOf(file: File): Promise<GivenCode> {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.addEventListener("error", () => reject(reader.error));
    reader.addEventListener("load", () => {
      // The result is a URL, `data:application/zip;base64,…`; of an empty file, it may have no comma.
      const [, zipFile = ""] = String(reader.result).split(",");
      resolve({ zipFile, text: `(${file.name}, ${text().configs.bytes(file.size)})` });
    });
    reader.readAsDataURL(file);
  });
}
