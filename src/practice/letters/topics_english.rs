//! What the English letters say: topics, answers to earlier letters, greetings and farewells.
//! Plain text in the notation of `wording`; an empty line parts paragraphs.

use super::wording::Topic;
use super::wording::Writer::{Customer, Staff, Supplier};

pub(super) const TOPICS: [Topic; 38] = [
    Topic(
        Customer,
        "Order {order}: where is it?",
        "I ordered [a|one] {item} [last week|ten days ago|on {day}] (order {order}) and the tracking page still says \"label printed\".\n\nCould you [find out|tell me] where it is? I need it before [the weekend|my trip to {city}|{day}].",
    ),
    Topic(
        Customer,
        "Wrong item in parcel {order}",
        "The parcel arrived today, thank you. Unfortunately it holds a {other} and not the {item} I ordered.\n\n[Shall I send it back first, or do you send the right one at once?|Please let me know how you would like to handle the exchange.] The box is opened but the {other} is untouched.",
    ),
    Topic(
        Customer,
        "{item} [flickers|keeps flickering|goes off by itself]",
        "The {item} I bought from you [in spring|two months ago|last autumn] flickers [when it is cold|after about ten minutes|whenever the switch is half way]. I have already [changed the cable|tried another socket|cleaned the contacts].\n\nSerial number {serial}. Is this covered by the warranty?",
    ),
    Topic(
        Customer,
        "Invoice {invoice}: VAT number missing",
        "Our accounts department cannot book invoice {invoice} over {amount} because our VAT number is not on it.\n\n[Could you issue it again?|Please send a corrected copy.] The address stays the same.",
    ),
    Topic(
        Customer,
        "[Question about the {item}|{item}: will it fit?|Before I order the {item}]",
        "Before I order: does the {item} work together with the {other}? [The page does not say.|Your shop page mentions only the older model.]\n\nAnd is there a [dark|silver|matt] version of it?",
    ),
    Topic(
        Customer,
        "[Quote for {qty} pieces|Quotation: {qty} x {item}|Price for {qty} pieces of {item}?]",
        "We are fitting out [a second floor|our new workshop|the branch in {city}] and would need {qty} of the {item}.\n\nCould you make us an offer, including delivery to {city} and [fitting|removal of the old ones|an extra year of warranty]?",
    ),
    Topic(
        Customer,
        "[Complaint: rude answer on the phone|Complaint about your hotline on {day}|Unfriendly call about order {order}]",
        "I rang on {day} at about {time} because of order {order} and was told [to read the manual|that it was not your problem|to call again next week]. I have been a customer for [six|eight|eleven] years and expect better.\n\nPlease have somebody call me back.",
    ),
    Topic(
        Customer,
        "Return of the {item}",
        "I would like to return the {item} from order {order}. It is [too large for our hall|not as bright as I hoped|simply the wrong colour], nothing is broken.\n\n[Do I need a form?|Where do I send it, and who pays for the parcel?]",
    ),
    Topic(
        Customer,
        "[Are you open on {day}?|Opening hours on {day}|{day}, {time}: is anybody there?]",
        "Are you open this {day}? Your page says [until six|closed for stocktaking], the sign at the door says something else.\n\nI would come by at about {time} to collect order {order}.",
    ),
    Topic(
        Customer,
        "[Refund not received|Where is my refund of {amount}?|Refund for order {order}]",
        "You confirmed the refund of {amount} for order {order} [two weeks ago|on {day}], but nothing has arrived on our account.\n\nCould you check whether it went to the right account?",
    ),
    Topic(
        Customer,
        "[Change of delivery address|New address for order {order}|Please deliver to {city} instead]",
        "Please send order {order} to our new address instead:\n\nRiver Lane {qty}\n{city}\n\n[The old office is empty from {day} on.|Nobody is at the old address any more.]",
    ),
    Topic(
        Customer,
        "Spare part for {item}",
        "Do you still have the [holder|mounting bracket|battery lid|power supply] for the {item}? Mine broke [while cleaning|on the way to work|when it fell off the table].\n\nIt is a model with serial number {serial}.",
    ),
    Topic(
        Customer,
        "[Service appointment|Workshop slot on {day}?|Yearly check: {item}]",
        "My {item} [squeaks|loses pressure|needs its yearly check]. Do you have a slot for the workshop [next week|on {day}], ideally at {time}?\n\nI can leave it with you over night.",
    ),
    Topic(
        Customer,
        "[Cannot log in to the shop|Web shop password, customer {order}|Shop login broken]",
        "The shop does not accept my password any more, and the mail with the link for a new one never arrives. [I looked in the junk folder too.|I tried three times.]\n\nMy customer number is {order}.",
    ),
    Topic(
        Customer,
        "Cancel order {order} please",
        "[I ordered twice by mistake.|My colleague {colleague} had already ordered the same thing.] Please cancel order {order}; the other one should stay.\n\nIf it has already left the house, I will send it back.",
    ),
    Topic(
        Customer,
        "[Thank you!|Happy with the {item}|Compliments to {colleague}]",
        "Just a short line to say that the {item} is up and running and looks [great|splendid|better than in the picture]. {colleague} from your workshop was [very patient|a great help].\n\nWe will be back for a {other}.",
    ),
    Topic(
        Customer,
        "Damaged on arrival: {order}",
        "The carton was [crushed on one side|soaked|torn open] when the driver handed it over, and the {item} inside is cracked.\n\nI refused [nothing, because I was not at home|to sign]. What do you need from me for the insurance?",
    ),
    Topic(
        Customer,
        "[Lighting for our reading room|Library in {city}: new light for {qty} desks|Advice on reading lamps]",
        "We run a small library in {city} and want to renew the light over {qty} desks. {colleague} recommended you.\n\nWould somebody [come and have a look|advise us on the phone]? We had the {item} in mind, but [are open to other ideas|worry about the glare].",
    ),
    Topic(
        Customer,
        "Payment reminder for {invoice} is wrong",
        "Today we received a reminder for invoice {invoice}. We paid {amount} on {day}, [with the invoice number as reference|from our main account].\n\nPlease check and confirm that nothing is open.",
    ),
    Topic(
        Customer,
        "[Bulk order, school project|School project in {city}: {qty} bicycles|Discount for schools?]",
        "Our school wants to build {qty} bicycles with the pupils. We need {qty} times the {other} and some good advice.\n\nIs there [a discount for schools|a price list for clubs]? Payment would be [on invoice|in two parts].",
    ),
    Topic(
        Staff,
        "Printer in {room} jams again",
        "{printer} [jams on every second sheet|prints grey stripes|says \"tray 2 empty\" although it is full]. I have [switched it off and on|changed the toner] and it did not help.\n\nCan somebody have a look before {time}? The delivery notes have to go out.",
    ),
    Topic(
        Staff,
        "[Password expired|Locked out, room {room}|Please reset my password]",
        "My password ran out while I was [on holiday|at the fair in {city}] and now I am locked out of [the till|the stock system|everything but mail].\n\nCould you reset it and call me in room {room}?",
    ),
    Topic(
        Staff,
        "[VPN from home does not connect|VPN stops since {day}|No connection from home]",
        "Since the update on {day} the VPN stops at [\"verifying identity\"|98 per cent|\"no answer from gateway\"]. The network itself is fine.\n\nI can work offline until {time}, after that I need the price lists.",
    ),
    Topic(
        Staff,
        "[Sick note|Not in today|Off sick until {day}|Ill, {colleague} stands in]",
        "I am [down with a fever|not well] and will not be in [today|until {day}]. The doctor's note follows.\n\n{colleague} knows about order {order}, [the rest can wait|the key for room {room} is in my drawer].",
    ),
    Topic(
        Staff,
        "New starter on {day}",
        "{colleague} starts with us on {day} and needs an account, a badge and a place in room {room}.\n\n[A laptop with a docking station, please.|The old machine of the trainees will do for now.]",
    ),
    Topic(
        Staff,
        "[Shared calendar is empty|Workshop calendar shows nothing after {day}|Calendar rights, again]",
        "The workshop calendar shows nothing [after {day}|since this morning], on my machine and on the phone. {colleague} sees everything.\n\nDid somebody change the rights?",
    ),
    Topic(
        Staff,
        "[Holiday request|Holiday on {day}|Two days off from {day}]",
        "I would like to take {day} and the day after off. {colleague} would stand in for me [at the counter|in the workshop|on the phone].\n\nNothing of mine is due that week except order {order}.",
    ),
    Topic(
        Staff,
        "[Monitor stays black|Black screen in {room}|Second monitor dead, room {room}]",
        "The second monitor in {room} stays black since [the cleaning|the power cut|we moved the desks]. The cable is in and the lamp is on.\n\nIs there a spare one in the store room?",
    ),
    Topic(
        Staff,
        "Heating in room {room}",
        "It is [fifteen degrees|freezing] in here and the thermostat does nothing. We sit in our coats.\n\nCould you call the caretaker, or bring a heater? We have customers at {time}.",
    ),
    Topic(
        Staff,
        "[Scanner sends to the wrong folder|My scans land with {colleague}|Scan folder on {printer}]",
        "{printer} puts the scans into the folder of {colleague} instead of mine. Probably [since the new address book|since {day}].\n\nNot urgent, but there are pay slips among them.",
    ),
    Topic(
        Supplier,
        "[Price list valid from next month|New prices: {item}|Price changes after {day}]",
        "Please find below the main changes of our list.\n\n{item}: plus three per cent. {other}: unchanged. Orders placed before {day} are [delivered at the old price|not affected].\n\nThe complete list is available on request.",
    ),
    Topic(
        Supplier,
        "Delivery delayed: {item}",
        "Unfortunately the {qty} pieces of {item} you ordered under {order} will leave our house [a week late|on {day} only]. [A part from our own supplier is missing.|The container is stuck in customs.]\n\nDo you want a part delivery?",
    ),
    Topic(
        Supplier,
        "Offer: {item} at project price",
        "As discussed on the phone, we can offer {qty} pieces of {item} for {amount} all in, delivered to your door.\n\nThe offer holds until {day}. [Samples are on their way.|We would be glad to show you a sample.]",
    ),
    Topic(
        Supplier,
        "Invoice {invoice}",
        "Please find the details of invoice {invoice} over {amount} for our delivery of {qty} pieces {item}.\n\nPayable within 14 days without deduction. Your order number: {order}.",
    ),
    Topic(
        Supplier,
        "[Planned maintenance on your line|Maintenance on {day} from {time}|Your connection on {day}]",
        "On {day} between {time} and midnight we work on the exchange in your street. Your connection may drop [twice for a few minutes|for up to half an hour].\n\nYou do not need to do anything.",
    ),
    Topic(
        Supplier,
        "[Appointment for the yearly inspection|Inspection on {day}, {time}|Fire extinguishers: visit on {day}]",
        "The fire extinguishers and the {item} in your rooms are due for inspection. Our colleague {colleague} could come on {day} at {time}.\n\nPlease see that room {room} is open.",
    ),
    Topic(
        Supplier,
        "Recall: {item}, series {serial}",
        "We have found that the charger of the {item} of series {serial} can become too warm. Please stop selling it and [check your stock|set the pieces aside].\n\nReplacement leaves our works on {day}. We are sorry for the trouble.",
    ),
    Topic(
        Customer,
        "[Press enquiry|Portrait of your workshop in {city}|Interview on {day}?]",
        "I write for a small magazine on [cycling|crafts|light] and would like to portray your workshop in {city}.\n\nCould I come on {day} with a photographer? An hour would do.",
    ),
];

/// What somebody adds to an earlier letter.
pub(super) const ANSWERS: [&str; 22] = [
    "[Any news on this?|Is there any news?] [I am still waiting.|It is becoming urgent.]",
    "I forgot to say: the serial number is {serial}.",
    "Please ignore my last mail, it [works again|has sorted itself out]. [Sorry for the noise!|Thank you anyway.]",
    "Adding {colleague}, who knows more about it.",
    "{day} at {time} would suit me. [Shall I bring the invoice?|I will bring the papers.]",
    "Yes, please go ahead. [The amount is fine.|{amount} is what we expected.]",
    "No, that is not what I meant: it is about the {item}, not the {other}.",
    "The problem is back since {day}, [this time in room {room}|only worse].",
    "I tried what you suggested and it [made no difference|helped for an hour|works now].",
    "You can reach me [under the number below|at the shop] until {time}.",
    "Thank you for the quick answer! One more thing: is order {order} part of the same delivery?",
    "I called in the meantime; {colleague} said it would be settled by {day}.",
    "That is not acceptable. I was promised an answer by {day}.",
    "Here is the order number you will ask for: {order}.",
    "My colleague {colleague} has the same trouble with the {item}, by the way.",
    "Could we have it in writing, with the total of {amount}?",
    "All good, the parcel [came this morning|stood behind the door]. You can close this.",
    "Sorry for the late reply, I was in {city} until {day}.\n\nThe answer to your question is yes, {qty} pieces.",
    "Just to be sure: nothing was charged for {invoice}, right?",
    "I looked again: the light on the back is [red|blinking|off], not green.",
    "Would a replacement be possible until this is settled?",
    "Forwarding what {colleague} wrote to me: it is the plug, not the {item}.",
];

/// First lines; the writer does not know who will read it.
pub(super) const GREETINGS: [&str; 9] = [
    "Hello,",
    "Hi,",
    "Good morning,",
    "Dear team,",
    "Dear Sir or Madam,",
    "Hi there,",
    "Hello {colleague},",
    "Good afternoon,",
    "To whom it may concern,",
];

/// Last lines before the name.
pub(super) const FAREWELLS: [&str; 8] = [
    "Kind regards",
    "Best regards",
    "Thanks",
    "Many thanks in advance",
    "Best",
    "Yours sincerely",
    "Cheers",
    "With best wishes",
];

/// A sentence that some letters have before their farewell.
pub(super) const ASIDES: [&str; 10] = [
    "By the way, your new shop front looks good.",
    "I am out of the house from {time} on, mail is best.",
    "Please answer to this address and not to the one on the invoice.",
    "{colleague} can help if there are questions.",
    "There is no hurry.",
    "It would be good to know by {day}.",
    "If it is easier, call me.",
    "I have asked this before and got no answer.",
    "Parking is behind the house.",
    "Sent in haste between two meetings.",
];
