/** Problems of what was sent: envelope, signatures, disclosures, copies, and what the message says. */
import type { TextsOf } from './texts-of.ts'

export const MESSAGE_TEXTS = {
  'message-too-large': [
    'Le message dépasse la taille que prend cette passerelle',
    'Send less at a time.',
    'Envoyez moins à la fois.',
  ],
  'media-type-unsupported': [
    'Cette ressource ne prend pas ce type de contenu',
    'Use the media type that the OpenAPI document names, without a content encoding.',
    'Utilisez le type de contenu que nomme le document OpenAPI, sans encodage.',
  ],
  'envelope-malformed': ['L’enveloppe chiffrée est illisible', 'Send one compact JWE.', 'Envoyez un JWE compact.'],
  'header-refused': [
    'Un en-tête du message n’est pas permis',
    'Send the header members that are asked for, and no others.',
    'Envoyez les membres d’en-tête demandés, et aucun autre.',
  ],
  'decryption-failed': [
    'Cette passerelle ne peut pas déchiffrer le message',
    'Seal to a key in force of this gateway.',
    'Chiffrez avec une clé en vigueur de cette passerelle.',
  ],
  'issuer-mismatch': [
    'L’émetteur du message n’est pas le membre qui l’a envoyé',
    'Send only what your own organisation signed.',
    'N’envoyez que ce que votre organisation a signé.',
  ],
  'key-unknown': [
    'La clé de signature n’est pas une clé en vigueur de l’émetteur',
    'Sign with a key that is entered for your organisation and in force.',
    'Signez avec une clé inscrite pour votre organisation et en vigueur.',
  ],
  'signature-invalid': [
    'La signature ne correspond pas au contenu',
    'Sign the bytes that you send, with ES256.',
    'Signez les octets que vous envoyez, avec ES256.',
  ],
  'second-signature-missing': [
    'Ce réseau demande une seconde signature, post-quantique',
    'Keep nothing of it, and tell the operator of the gateway to sign twice.',
    'N’en gardez rien et demandez à l’exploitant de la passerelle de signer deux fois.',
  ],
  'second-signature-invalid': [
    'La signature post-quantique ne tient pas',
    'Treat it as tampered with, and tell the operator of the gateway.',
    'Considérez-le comme altéré et prévenez l’exploitant de la passerelle.',
  ],
  'json-refused': [
    'Le JSON n’est pas strict',
    'Write each member once, without forbidden names, in UTF-8.',
    'Écrivez chaque membre une seule fois, sans nom interdit, en UTF-8.',
  ],
  'audience-wrong': [
    'Le message ne s’adresse pas à cette passerelle',
    'Name the URI of this gateway as audience.',
    'Nommez l’URI de cette passerelle comme audience.',
  ],
  'submission-stale': [
    'Le message est trop ancien',
    'Sign it again with the present time.',
    'Signez-le de nouveau à l’heure actuelle.',
  ],
  'submission-early': [
    'Le message est daté du futur',
    'Check the clock of the machine that signs.',
    'Vérifiez l’horloge de la machine qui signe.',
  ],
  'submission-repeated': [
    'Cet identifiant de message a déjà servi avec un autre contenu',
    'Give a new message a new id.',
    'Donnez un nouvel identifiant à un nouveau message.',
  ],
  'disclosure-refused': [
    'Les divulgations ne correspondent pas à ce qui a été signé',
    'Send each disclosure once and with all it stands in, as RFC 9901 section 7.1 asks.',
    'Envoyez chaque divulgation une seule fois et avec tout ce qui la contient, comme le demande la RFC 9901, section 7.1.',
  ],
  'key-binding-invalid': [
    'La liaison de clé ne vaut pas pour cette présentation',
    'Bind exactly the disclosures that are sent, to this recipient and this delivery.',
    'Liez exactement les divulgations envoyées, à ce destinataire et à cette remise.',
  ],
  'presentation-refused': [
    'La présentation montre plus ou autre chose que ce qu’elle annonce',
    'Keep the file, use nothing of it, and ask the operator.',
    'Conservez le fichier, n’en utilisez rien et interrogez l’exploitant.',
  ],
  'copies-missing': [
    'Un message qui contient des éléments n’a pas été signé en copies',
    'Sign one copy for each class of recipients, as docs/walk.md says; software older than this network’s cannot.',
    'Signez une copie par catégorie de destinataires, comme le dit docs/walk.md ; un logiciel plus ancien que ce réseau ne le peut pas.',
  ],
  'copies-differ': [
    'Les copies du message ne disent pas la même chose',
    'Make all copies of one message, with one tool and at one time.',
    'Produisez toutes les copies à partir d’un seul message, avec un même outil et en une fois.',
  ],
  'ladder-contradicted': [
    'Une valeur généralisée contredit la valeur exacte',
    'Compute the coarser rungs with the published functions.',
    'Calculez les degrés plus généraux avec les fonctions publiées.',
  ],
  'case-stale': [
    'Le dossier a évolué depuis cette version',
    'Send again with a higher version that names the last one accepted.',
    'Envoyez de nouveau avec une version supérieure qui désigne la dernière acceptée.',
  ],
  'idempotency-key-missing': [
    'Un en-tête Idempotency-Key avec un UUID est requis',
    'Send an Idempotency-Key header with a UUID, the same for each try.',
    'Envoyez un en-tête Idempotency-Key avec un UUID, le même à chaque essai.',
  ],
  'idempotency-key-reused': [
    'Cet Idempotency-Key a déjà servi avec un autre contenu',
    'Use a new key for a new request.',
    'Utilisez une nouvelle clé pour une nouvelle requête.',
  ],
  'dialect-unknown': [
    'Aucun lecteur pour ce dialecte',
    'Map the record before you sign, or ask the operator for the dialect.',
    'Convertissez le dossier avant de signer, ou demandez le dialecte à l’exploitant.',
  ],
  'dialect-refused': [
    'Le dossier ne correspond pas à son dialecte',
    'Correct the record at the places named.',
    'Corrigez le dossier aux endroits indiqués.',
  ],
  'message-malformed': [
    'Le message ne correspond pas à son schéma',
    'Correct the message at the places named.',
    'Corrigez le message aux endroits indiqués.',
  ],
  'message-not-carried': [
    'Ce type de message n’est pas encore acheminé',
    'The message was read and checked; this gateway does not carry its kind yet.',
    'Le message a été lu et contrôlé ; cette passerelle n’achemine pas encore ce type.',
  ],
  'message-out-of-turn': [
    'Ce message ne suit pas de ce qui précède',
    'Answer only what was sent to you, and correct or recall only what you sent.',
    'Ne répondez qu’à ce qui vous a été envoyé ; ne corrigez ou rappelez que ce que vous avez envoyé.',
  ],
  'classification-too-high': [
    'La classification dépasse ce que cette passerelle peut porter',
    'Send it by the network made for that classification.',
    'Envoyez-le par le réseau prévu pour cette classification.',
  ],
  'basis-invalid': [
    'La base légale est inconnue ou non valide à ce moment',
    'Name a legal basis of the policy in force.',
    'Nommez une base légale de la politique en vigueur.',
  ],
  'edge-missing': [
    'Aucun flux convenu ne permet à ce membre cet envoi',
    'Check kind, purpose and addressees against the agreed flows.',
    'Vérifiez type, finalité et destinataires avec les flux convenus.',
  ],
} as const satisfies TextsOf
