import { signal } from "@preact/signals";
import type { ConfigName, FunctionName } from "../../../fc/names.ts";
import type { Owner } from "../../../fc/resources.ts";
import type { ShownConfig } from "./configs.ts";
import type { Target } from "./deletion.ts";
import type { ShownAlias, ShownOwner } from "./resources.ts";

/** A form to open, with what it is for. */
export type FormRequest =
  | { readonly form: "config"; readonly config?: ShownConfig; readonly name?: FunctionName }
  | { readonly form: "invoke"; readonly name: ConfigName; readonly event?: string }
  | { readonly form: "create"; readonly service?: string }
  | { readonly form: "publish"; readonly owner: Owner }
  | { readonly form: "alias"; readonly owner: ShownOwner; readonly alias?: ShownAlias }
  | { readonly form: "delete"; readonly target: Target }
  | { readonly form: "deleteConfig"; readonly config: ShownConfig };

/** The form that is open; undefined when none is. */
export const openForm = signal<FormRequest | undefined>(undefined);
