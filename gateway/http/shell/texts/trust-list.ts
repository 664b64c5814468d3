/** Problems of the trust list. */
import type { TextsOf } from './texts-of.ts'

export const TRUST_LIST_TEXTS = {
  'trust-list-missing': [
    'La passerelle n’a pas de liste de confiance',
    'Try again later. The operator has to publish the trust list that the officers signed.',
    'Réessayez plus tard. L’exploitant doit publier la liste de confiance signée par les responsables.',
  ],
  'trust-list-expired': [
    'La liste de confiance a expiré',
    'Try again later. The officers have to sign and publish the next trust list.',
    'Réessayez plus tard. Les responsables doivent signer et publier la liste suivante.',
  ],
  'trust-list-malformed': [
    'La liste de confiance ne correspond pas à son schéma',
    'Fetch it again, byte for byte as it was published.',
    'Récupérez-la à nouveau, octet pour octet telle qu’elle a été publiée.',
  ],
  'trust-list-foreign': [
    'La liste de confiance est d’un autre réseau',
    'Publish the list of this network.',
    'Publiez la liste de ce réseau.',
  ],
  'trust-list-unsigned': [
    'Trop peu de responsables ont signé la liste de confiance',
    'Have another officer check it and sign it: `passerelle trust sign`.',
    'Faites-la vérifier et signer par un autre responsable : `passerelle trust sign`.',
  ],
  'trust-list-signer-repeated': [
    'Un responsable a signé deux fois la liste de confiance',
    'Remove the second signature and have another officer sign.',
    'Retirez la seconde signature et faites signer un autre responsable.',
  ],
  'trust-list-rolled-back': [
    'La liste de confiance est plus ancienne qu’une liste déjà vue',
    'Publish the newest list. If this one is the newest, call the officers: somebody has seen another.',
    'Publiez la liste la plus récente. Si c’est celle-ci, appelez les responsables : quelqu’un en a vu une autre.',
  ],
  'trust-list-forked': [
    'La liste de confiance ne suit pas la précédente',
    'Keep both lists: together they prove the fork. Call the officers.',
    'Conservez les deux listes : ensemble elles prouvent la bifurcation. Appelez les responsables.',
  ],
  'trust-list-early': [
    'La liste de confiance est datée dans le futur',
    'Check the clock of this machine and that of the officer.',
    'Vérifiez l’horloge de cette machine et celle du responsable.',
  ],
  'trust-list-officers-lost': [
    'La liste de confiance laisse trop peu de responsables',
    'Propose a list with at least as many officers as its threshold, which is two or more.',
    'Proposez une liste avec au moins autant de responsables que son seuil, qui est de deux ou plus.',
  ],
  'trust-list-witnesses-lost': [
    'La liste de confiance laisse trop peu de témoins',
    'Propose a list with a quorum of one or more, and as many witnesses as it asks for.',
    'Proposez une liste avec un quorum d’au moins un, et autant de témoins qu’il en demande.',
  ],
  'trust-list-kid-repeated': [
    'Deux clés de la liste de confiance ont le même kid',
    'Have the holder make a key of its own for each use.',
    'Demandez au détenteur une clé propre à chaque usage.',
  ],
  'trust-list-kid-wrong': [
    'Un kid de la liste de confiance n’est pas l’empreinte de sa clé',
    'Compute the thumbprint from the key.',
    'Calculez l’empreinte à partir de la clé.',
  ],
  'trust-list-disagrees': [
    'La liste de confiance et le registre se contredisent',
    'Correct the registry, or have the officers publish a list that names what it names.',
    'Corrigez le registre, ou faites publier par les responsables une liste qui nomme ce qu’il nomme.',
  ],
} as const satisfies TextsOf
