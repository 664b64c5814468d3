/** What a problem says in words, in English and French, by code; about the kind of problem, never about this request. */
import { PROBLEMS } from '#gateway/core/problem.ts'
import type { ProblemCode } from '#gateway/core/problem.ts'

export const LANGUAGES = ['en', 'fr'] as const
export type Language = (typeof LANGUAGES)[number]

/** French title, then what to do in each language. The English title stands in the table of problems. */
type Texts = readonly [titleFr: string, detailEn: string, detailFr: string]

const TEXTS: Readonly<Record<ProblemCode, Texts>> = {
  'certificate-missing': [
    'Un certificat client est requis',
    'Connect with the client certificate that your network issued.',
    'Connectez-vous avec le certificat client émis par votre réseau.',
  ],
  'certificate-unknown': [
    'Le certificat ne désigne aucun membre de ce réseau',
    'Check which URI the certificate carries, and ask the operator whether that organisation is entered.',
    'Vérifiez l’URI que porte le certificat et demandez à l’exploitant si cette organisation est inscrite.',
  ],
  'certificate-revoked': [
    'Le certificat a été révoqué',
    'Use the renewed certificate, or call the operator.',
    'Utilisez le certificat renouvelé ou appelez l’exploitant.',
  ],
  'certificate-expired': [
    'Le certificat n’est pas valable en ce moment',
    'Use the renewed certificate; if there is none, enrol again with a new code.',
    'Utilisez le certificat renouvelé ; à défaut, inscrivez-vous de nouveau avec un nouveau code.',
  ],
  'proof-refused': [
    'La clé d’accès n’a pas prouvé cela',
    'Go back, load the page again, and use a passkey that you added to these pages.',
    'Revenez en arrière, rechargez la page et utilisez une clé d’accès que vous avez ajoutée à ces pages.',
  ],
  'account-closed': [
    'Ce compte n’ouvre plus rien',
    'Ask whoever gave you the account: it has ended, or the mandate that it stands on has.',
    'Adressez-vous à la personne qui vous a donné le compte : il a pris fin, ou le mandat sur lequel il repose a pris fin.',
  ],
  'sign-in-refused': [
    'La connexion a été refusée',
    'Begin again from the sign-in page; if it goes on, ask an operator whether your account names you there.',
    'Recommencez depuis la page de connexion ; si cela persiste, demandez à un exploitant si votre compte vous y désigne.',
  ],
  'issuer-unavailable': [
    'La connexion de votre organisation ne répond pas',
    'Try again in a few minutes, or sign in with a passkey.',
    'Réessayez dans quelques minutes, ou connectez-vous avec une clé d’accès.',
  ],
  'certificate-request-refused': [
    'La demande de certificat n’est pas de celles auxquelles il est répondu',
    'Make a new P-256 key, sign a new request with it, and send that once.',
    'Créez une nouvelle clé P-256, signez-en une nouvelle demande et envoyez-la une seule fois.',
  ],
  'key-request-refused': [
    'La demande d’inscription de clés n’est pas conservée',
    'Ask for the keys of the organisation that your certificate names; passerelle agency join makes such a request.',
    'Demandez l’inscription des clés de l’organisation que nomme votre certificat ; passerelle agency join prépare cette demande.',
  ],
  'renewal-unavailable': [
    'Cette passerelle ne délivre pas de certificats',
    'Ask the operator for a certificate, or try again later.',
    'Demandez un certificat à l’exploitant ou réessayez plus tard.',
  ],
  'enrolment-refused': [
    'Le code n’admet pas cette organisation',
    'Check the code and the name of the organisation; after ten tries that were nearly right, or a day, ask the officer for a new code.',
    'Vérifiez le code et le nom de l’organisation ; après dix essais presque justes, ou un jour, demandez un nouveau code au responsable.',
  ],
  'participant-suspended': [
    'Ce membre est suspendu',
    'Nothing is taken until the operator lifts the suspension.',
    'Rien n’est accepté tant que l’exploitant n’a pas levé la suspension.',
  ],
  'competence-expired': [
    'La compétence de ce membre a pris fin',
    'Have the agreement renewed and its new end entered.',
    'Faites renouveler la convention et inscrire sa nouvelle échéance.',
  ],
  'request-from-elsewhere': [
    'La demande a été lancée par un autre site',
    'Open the page itself and do it there.',
    'Ouvrez la page elle-même et faites-le là.',
  ],
  'mandate-unproven': [
    'Le mandat doit être prouvé par une assertion signée',
    'Send a fresh assertion, signed with the key of the mandate, as a Bearer token.',
    'Envoyez une assertion récente, signée avec la clé du mandat, comme jeton Bearer.',
  ],
  'mandate-unknown': [
    'Mandat inconnu',
    'There is no such mandate in your organisation.',
    'Ce mandat n’existe pas dans votre organisation.',
  ],
  'not-competent': [
    'Ce membre ne peut pas l’affirmer',
    'Take out what your organisation has no competence to state, or let the competent service send it.',
    'Retirez ce que votre organisation n’a pas compétence pour affirmer, ou laissez le service compétent l’envoyer.',
  ],
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
  'choice-malformed': [
    'Le choix ne correspond pas à son schéma',
    'Correct the choice at the places named.',
    'Corrigez le choix aux endroits indiqués.',
  ],
  'choice-above-organisation': [
    'Le choix dépasse le plafond de l’organisation',
    'Choose a depth within what your organisation has set.',
    'Choisissez une profondeur permise par votre organisation.',
  ],
  'precondition-failed': [
    'La ressource a changé depuis sa lecture',
    'Read it again and send its new ETag.',
    'Relisez-la et envoyez son nouvel ETag.',
  ],
  'precondition-required': [
    'Un en-tête If-Match est requis',
    'Send the ETag that you read as If-Match, or If-None-Match: * where nothing was chosen yet.',
    'Envoyez l’ETag lu comme If-Match, ou If-None-Match: * si rien n’a encore été choisi.',
  ],
  'request-malformed': [
    'La requête ne correspond pas à son schéma',
    'Correct the request at the places named.',
    'Corrigez la requête aux endroits indiqués.',
  ],
  'not-found': [
    'Rien ici que vous puissiez voir',
    'It does not exist, or it is not yours to see.',
    'Cela n’existe pas, ou ne vous est pas visible.',
  ],
  'method-not-allowed': [
    'La ressource ne prend pas cette méthode',
    'Use a method that the Allow header names.',
    'Utilisez une méthode que nomme l’en-tête Allow.',
  ],
  'delivery-withdrawn': [
    'La remise a été retirée',
    'List the mailbox again: what replaces it, if anything, is there.',
    'Relisez la boîte : ce qui la remplace, s’il y a lieu, s’y trouve.',
  ],
  'header-too-large': [
    'Les en-têtes de la requête sont trop grands',
    'Send fewer or shorter headers.',
    'Envoyez moins d’en-têtes, ou de plus courts.',
  ],
  'too-many-requests': [
    'Trop de requêtes',
    'Wait as long as Retry-After says.',
    'Attendez le temps indiqué par Retry-After.',
  ],
  'request-timeout': [
    'La requête a mis trop de temps à arriver',
    'Send it again, headers and body without a pause.',
    'Renvoyez-la, en-têtes et corps sans pause.',
  ],
  'recipient-key-missing': [
    'Aucune clé en vigueur pour chiffrer vers le destinataire',
    'Try again later.',
    'Réessayez plus tard.',
  ],
  'recipient-hybrid-key-missing': [
    'Le destinataire n’a pas de clé post-quantique en vigueur',
    'Have the officers list a post-quantum key of the recipient; what waits goes on by itself.',
    'Faites inscrire une clé post-quantique du destinataire ; ce qui attend repart seul.',
  ],
  'gateway-stopping': [
    'Cette passerelle va s’arrêter',
    'Ask another gateway of this network.',
    'Adressez-vous à une autre passerelle de ce réseau.',
  ],
  'policy-unavailable': ['Aucune politique n’est en vigueur', 'Try again later.', 'Réessayez plus tard.'],
  'revocation-list-expired': [
    'Une liste de révocation est échue ou manquante',
    'Sign the lists anew and put them in place; they count within two seconds.',
    'Signez les listes de nouveau et mettez-les en place ; elles valent en deux secondes.',
  ],
  'gateway-certificate-expired': [
    'Le certificat de cette passerelle est échu',
    'Put a new certificate and its key in place; they count within two seconds.',
    'Mettez en place un nouveau certificat et sa clé ; ils valent en deux secondes.',
  ],
  'clock-unreliable': ['L’horloge de cette passerelle a reculé', 'Try again later.', 'Réessayez plus tard.'],
  'store-unavailable': [
    'Le stockage ne répond pas',
    'Nothing was stored. Try again later.',
    'Rien n’a été enregistré. Réessayez plus tard.',
  ],
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
  'internal-fault': [
    'Une défaillance de cette passerelle',
    'Try again, and give the operator the instance.',
    'Réessayez, et donnez l’instance à l’exploitant.',
  ],
}

/** Title and detail of a problem in one language. */
export function textOf(code: ProblemCode, language: Language): { readonly title: string; readonly detail: string } {
  const [titleFr, detailEn, detailFr] = TEXTS[code]
  return language === 'fr' ? { title: titleFr, detail: detailFr } : { title: PROBLEMS[code].title, detail: detailEn }
}
