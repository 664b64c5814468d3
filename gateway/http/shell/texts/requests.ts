/** Problems of a request and of a gateway that cannot serve it now: choices, preconditions, limits, what is out of order. */
import type { TextsOf } from './texts-of.ts'

export const REQUEST_TEXTS = {
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
  'policy-unavailable': [
    'Aucune politique n’est en vigueur, ou deux délégués doivent encore l’adopter',
    'Try again later.',
    'Réessayez plus tard.',
  ],
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
  'internal-fault': [
    'Une défaillance de cette passerelle',
    'Try again, and give the operator the instance.',
    'Réessayez, et donnez l’instance à l’exploitant.',
  ],
} as const satisfies TextsOf
