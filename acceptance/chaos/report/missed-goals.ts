import type { FaultReport } from './fault-report.ts';

const RECOVERY_MS_MAX = 60_000;

/** Checks the goals of every fault. @returns one sentence per missed goal */
export function missedGoals(report: FaultReport): string[] {
  const { uploads, lost, partialManifests, wrongPictures, worstRecoveryMs = 0, redriven } = report;
  return [
    uploads === 0 ? 'nothing was uploaded' : '',
    lost === 0 ? '' : `${lost} lost`,
    partialManifests === 0 ? '' : `${partialManifests} partial manifests`,
    wrongPictures === 0 ? '' : `${wrongPictures} wrong pictures`,
    redriven.ready === redriven.count ? '' : `${redriven.count - redriven.ready} redriven dead letters did not succeed`,
    worstRecoveryMs <= RECOVERY_MS_MAX ? '' : `a job ran again only after ${Math.round(worstRecoveryMs / 1000)} s`,
  ].filter((sentence) => sentence !== '');
}
