import { useSignal } from "@preact/signals";
import { functionDefaults } from "../../fc/functions/defaults.ts";
import { runtimes } from "../../fc/functions/runtimes.ts";
import { ApiForm } from "./ApiForm.tsx";
import { type ApiCall, addressOf, number } from "./api.ts";
import { Field } from "./Field.tsx";
import { nameText } from "./resources.ts";
import { resources } from "./sandbox.ts";
import { ChoiceField, TextField } from "./TextField.tsx";

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
  const entered = useSignal<Entered>({
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
  const enter = (name: keyof Entered, text: string) => {
    entered.value = { ...value, [name]: text };
  };
  const choose = async (file: File | undefined) => {
    code.value = file && (await codeOf(file));
  };
  return (
    <ApiForm
      title="Create a function or a service"
      calls={calls}
      note={
        calls.length > 1
          ? `There is no service ${value.service} yet: it is created first.`
          : "What is sent: only what you entered."
      }
      submit="Create"
      fields={fields}
      done={`Created ${nameText(namesOf(value))}`}
      onClose={onClose}
    >
      {(errorOf) => {
        const text = (
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
                label="What"
                value={value.kind}
                options={[
                  ["function", "Function of FC 3.0"],
                  ["functionInService", "Function of FC 2.0"],
                  ["service", "Service of FC 2.0"],
                ]}
                onChoose={(kind) => enter("kind", kind)}
              />
              {value.kind !== "function" &&
                text("service", "Service", isFunction ? "Need not exist" : undefined)}
              {isFunction && text("function", "Function")}
            </div>
            {isFunction && (
              <>
                <div class="fields two">
                  <ChoiceField
                    label="Runtime"
                    value={value.runtime}
                    options={runtimes}
                    onChoose={(runtime) => enter("runtime", runtime)}
                  />
                  {text("handler", "Handler")}
                  {text("memorySize", "Memory", `MB; ${defaults.memorySize} if not given`, true)}
                  {text("timeout", "Timeout", `Seconds; ${defaults.timeout} if not given`, true)}
                </div>
                {value.runtime === CONTAINER ? (
                  text("image", "Image", "The address of the container's image")
                ) : (
                  <Field label="Code" hint="A zip file; an empty one if you choose none">
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
            {text("description", "Description")}
          </>
        );
      }}
    </ApiForm>
  );
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
      resolve({ zipFile, text: `(${file.name}, ${file.size} bytes)` });
    });
    reader.readAsDataURL(file);
  });
}
