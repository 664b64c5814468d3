/** Problems of the log: receipts, checkpoints, witnesses, time-stamps. */
import type { TextsOf } from './texts-of.ts'

export const LOG_TEXTS = {
  'receipt-missing': [
    'La livraison est arrivée sans son reçu',
    'Do not open it. Ask the gateway for it again; without a receipt it is not believed.',
    'Ne l’ouvrez pas. Redemandez-la à la passerelle ; sans reçu, elle n’est pas crue.',
  ],
  'receipt-malformed': [
    'Le reçu ou le fichier du journal est illisible',
    'Fetch it again, byte for byte as the gateway gave it.',
    'Récupérez-le à nouveau, octet pour octet tel que la passerelle l’a remis.',
  ],
  'checkpoint-unsigned': [
    'Le journal n’a pas signé ce point de contrôle',
    'Check that the key is that of this log; if it is, keep the file and call the operator.',
    'Vérifiez que la clé est celle de ce journal ; si c’est le cas, conservez le fichier et appelez l’exploitant.',
  ],
  'checkpoint-unwitnessed': [
    'Trop peu de témoins ont cosigné le point de contrôle',
    'Fetch it again later; if it stays so, call the other members.',
    'Récupérez-le plus tard ; si cela persiste, appelez les autres membres.',
  ],
  'receipt-of-another': [
    'Le reçu n’est pas celui de cette entrée',
    'Do not open the delivery. Keep both and call the operator.',
    'N’ouvrez pas la livraison. Conservez les deux et appelez l’exploitant.',
  ],
  'evidence-mismatch': [
    'L’entrée du journal ne porte pas sur cette livraison',
    'Do not open the delivery. Keep it and call the operator.',
    'N’ouvrez pas la livraison. Conservez-la et appelez l’exploitant.',
  ],
  'delivery-contradicted': [
    'Deux livraisons disent deux choses de ce qui est un',
    'Act on neither. Keep both and show them to the officers and to other members: together they prove it.',
    'N’agissez sur aucune des deux. Conservez-les et montrez-les aux responsables et à d’autres membres : ensemble, elles le prouvent.',
  ],
  'log-rolled-back': [
    'Le journal est plus court qu’il ne l’a été',
    'Keep what you hold and call the operator and another member: entries are missing.',
    'Conservez ce que vous détenez et appelez l’exploitant et un autre membre : des entrées manquent.',
  ],
  'log-forked': [
    'Le journal ne prolonge pas celui qui a été cosigné',
    'Keep both checkpoints: together they prove the fork. Call the operator and another member.',
    'Conservez les deux points de contrôle : ensemble, ils prouvent la bifurcation. Appelez l’exploitant et un autre membre.',
  ],
  'cosignature-invalid': [
    'La cosignature n’est pas celle d’un témoin connu pour ce point de contrôle',
    'Fetch the newest checkpoint and cosign that one with the key that the network knows.',
    'Récupérez le dernier point de contrôle et cosignez celui-ci avec la clé connue du réseau.',
  ],
  'log-unwritable': [
    'Le journal ne peut pas être écrit',
    'Try again later. What cannot be logged is not done: nothing is taken or delivered. The operator has been told.',
    'Réessayez plus tard. Ce qui ne peut être journalisé n’est pas fait : rien n’est pris ni livré. L’exploitant est averti.',
  ],
  'witnesses-silent': [
    'Le journal attend ses témoins',
    'Try again later. Deliveries wait until enough witnesses have cosigned.',
    'Réessayez plus tard. Les livraisons attendent qu’assez de témoins aient cosigné.',
  ],
  'timestamp-overdue': [
    'Le journal n’a pas été horodaté depuis trop longtemps',
    'Try again later. The operator has to reach a time-stamping authority.',
    'Réessayez plus tard. L’exploitant doit joindre une autorité d’horodatage.',
  ],
  'timestamp-invalid': [
    'L’horodatage n’est pas celui d’une autorité connue pour ce point de contrôle',
    'Check which certificate of the authority is configured; another authority can be set.',
    'Vérifiez quel certificat de l’autorité est configuré ; une autre autorité peut être définie.',
  ],
} as const satisfies TextsOf
