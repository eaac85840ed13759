import { type Handlers, sandboxOf } from "./handlers.ts";

export const settingsHandlers: Handlers<"changeSettings"> = {
  changeSettings: (c, changes) => sandboxOf(c).changeSettings(changes),
};
