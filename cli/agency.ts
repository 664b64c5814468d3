/** `agency`: what a member runs on its own side, from the pasted code to the service that stays up. */
import type { Command } from 'commander'
import { addConfirm } from './agency-confirm.ts'
import { addInvite } from './agency-invite.ts'
import { addJoin } from './agency-join.ts'
import { addRun } from './agency-run.ts'
import { addStatus } from './agency-status.ts'
import { addUnlock } from './agency-unlock.ts'
import { addReceiveCommand } from './receive.ts'
import { addSendCommand } from './send.ts'

export function addAgencyCommand(program: Command): void {
  const agency = program.command('agency').description('bring a member in, and run its side')
  addInvite(agency)
  addJoin(agency)
  addStatus(agency)
  addSendCommand(agency, 'agency send')
  addReceiveCommand(agency, 'agency receive')
  addRun(agency)
  addConfirm(agency)
  addUnlock(agency)
}
