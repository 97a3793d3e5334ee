//! Permits: whether this system can hold the programs of gates to them.

use super::Symptom;
use crate::ops::Project;
use crate::permits::Enforce;
use crate::work;

/// Makes a sandbox and sees what comes of it. Where nothing requires one, that there is none is no fault.
pub(super) fn look(project: &Project) -> Symptom {
    let enforce = project.config.permits.enforce();
    if enforce == Enforce::Off {
        return Symptom::well("permits", "not enforced: `enforce` is off");
    }
    match work::try_sandbox(&project.folder) {
        Ok(()) => Symptom::well("permits", "enforced by bubblewrap"),
        Err(why) => {
            let finding = format!("not enforced: {why}");
            let symptom = match enforce {
                Enforce::Required => Symptom::ill("permits", finding),
                Enforce::Auto | Enforce::Off => Symptom::well("permits", finding),
            };
            symptom.advise(why.remedy().to_owned().into())
        }
    }
}
