import { Clock } from "./Clock.tsx";
import { Existing } from "./DeclaredEditor.tsx";
import { DeletionPanel } from "./Deletion.tsx";
import { Faults } from "./Faults.tsx";
import { Outcomes } from "./Outcomes.tsx";
import { SettingsPanel, StatePanel } from "./Settings.tsx";

/** What the owner of a sandbox sets: faults, outcomes, clock, settings, what exists, and the whole state. */
export function ControlView() {
  return (
    <div class="panels">
      <div class="column">
        <Faults />
        <Outcomes />
        <Existing />
      </div>
      <div class="column">
        <Clock />
        <SettingsPanel />
        <StatePanel />
        <DeletionPanel />
      </div>
    </div>
  );
}
