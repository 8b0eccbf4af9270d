"""Templates and words for conversations that never took place, written by hand for the model of promotion.

`{slot}` is filled from `SLOTS` or `TOPICS`; a filling may hold slots itself.
"""

from __future__ import annotations

NEEDS: dict[str, float] = {
    "event": 0.85,
    "detail": 0.85,
    "plan": 0.65,
    "taste": 0.7,
    "work": 0.6,
    "picture": 0.55,
    "share": 0.45,
    "reason": 0.4,
    "opinion": 0.14,
    "feeling": 0.1,
    "praise": 0.035,
    "cheer": 0.02,
    "question": 0.04,
    "thanks": 0.025,
    "greeting": 0.03,
    "goodbye": 0.01,
}
"""Kind of turn -> how often one is needed again within the horizon, on average."""


def _listed(text: str) -> list[str]:
    """What stands between the bars."""
    return [part.strip() for part in " ".join(text.split()).split(" | ")]


SLOTS: dict[str, list[str]] = {
    "person": _listed(
        """
        Anna | Boris | Clara | David | Elena | Felix | Greta | Hugo | Irene | Jonas | Karla | Leo | Mira | Nils | Olga |
        Paul | Rosa | Stefan | Tessa | Viktor | Wanda | Yusuf | Zoe | Martin | Priya | Kofi
        """
    ),
    "city": _listed(
        """
        Lisbon | Oslo | Prague | Vienna | Kyoto | Toronto | Dublin | Tbilisi | Hamburg | Bergen | Seville | Krakow |
        Boston | Denver | Cairo | Reykjavik | Tallinn | Porto | Zurich | Nairobi
        """
    ),
    "place": _listed(
        """
        a lake near {city} | the old harbour | a farm outside {city} | the botanical garden | my aunt's house | the
        museum of glass | a cabin in the hills | the market hall | the community centre | a small theatre | the climbing
        gym | the river park | {city} | {city}
        """
    ),
    "when": _listed(
        """
        yesterday | last week | last Friday | two days ago | last month | on Sunday | last weekend | three weeks ago |
        in March | on the 12th of June | last Tuesday | a few days ago | this morning | back in 2019 | last summer | the
        other day | on my birthday | in October
        """
    ),
    "soon": _listed(
        """
        next month | next week | in September | this weekend | on Saturday | next summer | in two weeks | tomorrow |
        before Christmas | in the spring | next year | on the 3rd of May
        """
    ),
    "long": _listed(
        """
        two years | five years | ten months | a year and a half | three weeks | since 2016 | six years | almost a decade
        | four months | since I was eight
        """
    ),
    "kin": _listed(
        """
        my sister | my brother | my daughter | my son | my wife | my husband | my grandmother | my dad | my mother | my
        uncle | my friend {person} | my neighbour {person} | my colleague {person} | our kids | my cousin
        """
    ),
    "pet": _listed(
        """
        a grey cat called {petname} | a beagle named {petname} | two rabbits, {petname} and {petname} | a parrot called
        {petname} | an old tortoise
        """
    ),
    "petname": _listed(
        """
        Biscuit | Pepper | Momo | Rufus | Tinker | Olive | Sable | Pixel | Nori | Waffle
        """
    ),
    "hobby": _listed(
        """
        woodcarving | rowing | bird watching | salsa | chess | baking bread | bouldering | sewing | astronomy |
        beekeeping | fencing | playing the cello | watercolours | long-distance cycling | improv | gardening | ice
        skating | learning Italian | drone racing | pickling vegetables
        """
    ),
    "course": _listed(
        """
        a first-aid course | a welding workshop | an evening class in Greek | a public speaking club | a pastry course |
        a sailing school | a photography workshop | a choir | a book club | a robotics class
        """
    ),
    "event": _listed(
        """
        a food market | a chess tournament | a half marathon | a poetry night | a science fair | a charity run | a jazz
        concert | a pottery fair | the school play | a hackathon | a wedding | a protest for cleaner air | an art
        opening | a street festival | a job interview
        """
    ),
    "thing": _listed(
        """
        a red bicycle | a second-hand telescope | a blue kayak | a sewing machine | an electric piano | a wooden desk |
        a silver ring | hiking boots | a film camera | a coffee grinder | a cactus | a canoe | a winter coat | a drum
        kit
        """
    ),
    "food": _listed(
        """
        mushroom risotto | lentil soup | cardamom buns | plum cake | dumplings | ramen | flatbread | pumpkin curry |
        lemon tart | grilled sardines | blueberry pancakes
        """
    ),
    "book": _listed(
        """
        "The Quiet Harbour" | "Nine Winters" | "A Map of Salt" | "The Glass Orchard" | "Small Engines" | "Letters to a
        Lighthouse" | "Dust and Violins"
        """
    ),
    "job": _listed(
        """
        nurse | carpenter | teacher | software tester | baker | translator | train driver | architect | vet | sound
        engineer | librarian | electrician
        """
    ),
    "firm": _listed(
        """
        a bakery | the city library | a start-up for solar panels | a hospital in {city} | a film studio | a law firm |
        the harbour office | a bike shop | the university of {city}
        """
    ),
    "number": _listed(
        """
        2 | 3 | 4 | 12 | 15 | 40 | 120 | 300 | three | seven | twenty | fifty | a dozen
        """
    ),
    "colour": _listed(
        """
        green | dark blue | orange | purple | yellow | turquoise | white
        """
    ),
    "picture": _listed(
        """
        a dog running on a beach | a table full of plates | two people in front of a tent | a painting of a lighthouse |
        a bowl of soup | a bicycle against a wall | a medal on a ribbon | a group of children with kites | a garden with
        tomatoes | a stage with lights | a mountain with snow | a cat on a windowsill | a bookshelf | a hand-knitted
        scarf
        """
    ),
}

TOPICS: dict[str, list[str]] = {
    "good": _listed(
        """
        amazing | great | awesome | wonderful | fantastic | lovely | so cool | really nice | inspiring | incredible |
        special | beautiful
        """
    ),
    "value": _listed(
        """
        kindness | family | friendship | patience | hard work | courage | nature | creativity | community | honesty |
        staying positive | balance
        """
    ),
    "mood": _listed(
        """
        happy | proud | nervous | relieved | calm | excited | grateful | a bit anxious | hopeful | free | motivated
        """
    ),
}

TURNS: dict[str, list[str]] = {
    "greeting": _listed(
        """
        Hey! Good to see you! | Hi! How have you been? | Hey, long time no see! How's it going? | Hello again! What's
        new with you? | Hey! It's been a while, how are you? | Hi there! Glad you called. | Hey! Doing fine, thanks.
        Busy as always. | Hi! All good here. A lot going on lately. | Good morning! Hope you're doing well. | Hey!
        Things have been crazy, but I'm okay.
        """
    ),
    "ask_news": _listed(
        """
        What's up with you? | Anything new? | How about you? | What have you been up to? | How was your week? | Tell me
        your news!
        """
    ),
    "event": _listed(
        """
        I went to {event} {when} with {kin}. | {when} I finally bought {thing}, and it only cost {number} euros. | Guess
        what! {kin} and I visited {place} {when}. | I won {event} {when}! There were {number} of us. | {when} I started
        {course} in {city}. | I lost my job at {firm} {when}, so I'm looking for something else. | {kin} got married
        {when} in {city}. | We adopted {pet} {when}. | I broke my wrist at {place} {when}. | I signed up for {course}
        {when}; it runs for {number} weeks. | I met {person} at {event} {when}. | {when} we drove to {place} and camped
        for {number} nights. | I finished reading {book} {when}. | I made {food} for {kin} {when} and everybody wanted
        seconds. | I got promoted {when} at {firm}! | I had an accident with {thing} {when}, but nobody was hurt. |
        {when} {kin} gave me {thing}. | I ran {number} kilometres at {event} {when}, my longest ever. | We moved to
        {city} {when}. | I took up {hobby} {when} after {person} showed me how. | I spent {when} helping {kin} paint the
        kitchen {colour}. | {when} I gave a talk about {hobby} at {place}. | My car broke down near {city} {when}. | I
        saw {event} with {kin} {when} and we stayed until midnight.
        """
    ),
    "detail": _listed(
        """
        It was called {book}, by a writer from {city}. | We stayed for {number} days and slept at {place}. | I've been
        doing {hobby} for {long}. | Her name is {person}, she works as a {job} at {firm}. | It took me {number} hours,
        and {kin} helped. | It's {colour}, and I keep it next to {thing}. | I learned it from {kin} when I was ten. | We
        made {food} and {food}. | It happened at {place}, near {city}. | There were {number} people, mostly from {firm}.
        | I play it on Tuesdays and Thursdays with {person}. | They're called {petname} and {petname}; we got them
        {when}. | I grew up in {city} and left {when}. | I've known {person} for {long}; we met at {event}. | It cost me
        {number} euros at the shop in {city}. | We took the train to {city} and then walked to {place}. | I used {thing}
        that {kin} gave me. | Mostly {hobby} and {hobby}, and on Sundays I cook {food}. | I'm allergic to nuts and
        shellfish. | The doctor said {number} weeks of rest. | I got the idea at {event} {when}. | {kin} is a {job} in
        {city}. | I have {number} of them, the oldest is from 1987. | I came second, just behind {person}.
        """
    ),
    "plan": _listed(
        """
        I'm going to {city} with {kin} {soon}. | I want to open {firm} of my own one day. | I'm planning to take
        {course} {soon}. | We're thinking about adopting {pet}. | I decided to apply as a {job} at {firm}. | {soon} I'm
        running in {event}. | I hope to move to {city} {soon}. | My goal is to save {number} thousand euros by then for
        {thing}. | I'll be visiting {kin} in {city} {soon}. | I've started looking into {course}, it begins {soon}. | We
        will paint the house {colour} {soon}. | I'm going to try {hobby} {soon}, {person} invited me.
        """
    ),
    "taste": _listed(
        """
        My favourite food is {food}. | I love {hobby}, it clears my head. | I prefer {city} to {city}, to be honest. |
        I've always loved {book}; I read it every winter. | My favourite colour is {colour}, it reminds me of {place}. |
        I enjoy {hobby} and {hobby} most of all. | I can't stand {food}, but I like {food}. | I like old films and
        {hobby}. | My dream is to be a {job} in {city}.
        """
    ),
    "work": _listed(
        """
        I work as a {job} at {firm} now. | I've been volunteering at {place} on Mondays. | I'm writing a small book
        about {hobby}. | {kin} and I are building {thing} in the garage. | I teach {hobby} to {number} kids at {place}.
        | I'm training for {event} with {person}. | My team at {firm} is making an app for {hobby}. | I coach a team of
        {number} at the school in {city}.
        """
    ),
    "picture": _listed(
        """
        Here's a photo from {place}. [image: a photo of {picture}] | Look what {kin} and I made {when}! [image: a photo
        of {picture}] | This is {thing} that I got {when}. [image: a photo of {picture}] | I took this one {when} in
        {city}. [image: a photo of {picture}] | That's our latest project. [image: a photo of {picture}] | Check this
        out, it's from {event}! [image: a photo of {picture}]
        """
    ),
    "share": _listed(
        """
        I tried {hobby} once {when} with {kin}. | That reminds me of {event} I saw in {city}. | I have {thing} like
        that, {kin} gave it to me. | I read something like that in {book}. What do you think? | I always wanted to see
        {place}. I was in {city} {when}. | I made {food} {when}. [image: a photo of {picture}]
        """
    ),
    "reason": _listed(
        """
        I started because {kin} was ill and I wanted to help. | It helps me with stress after work at {firm}. | I grew
        up near {place}, so it feels like home. | {person} inspired me; she does {hobby} too. | I wanted to do something
        for my community, so I chose {hobby}. | It keeps me fit and I meet new people.
        """
    ),
    "opinion": _listed(
        """
        I think {value} is what counts in the end. | {value} and {value} make life worth living. | It's all about
        {value}, isn't it? | People should talk more about {value}. | It's {good} how small things can change your day.
        | {value} can really bring people together.
        """
    ),
    "feeling": _listed(
        """
        It felt {good}, I was so {mood}. | I'm really {mood} about it. | It was {good}! I felt {mood} and {mood}. | It
        makes me {mood} to see how far we've come. | It's been a tough road, but I keep going. | It means a lot to me
        and keeps me {mood}. | I couldn't have done it without their support. | Being there with everyone was {good}, so
        much love and joy. | It's a great way to relax and feel {mood}. | Yeah, it was {good}. Moments like that give me
        strength.
        """
    ),
    "wow": _listed(
        """
        Wow, that's {good}! | Cool! | Congrats! | That sounds {good}! | Nice! | Oh, that's {good}. | Sorry to hear that.
        | Awesome! | Wow! | That's {good} to hear. | Yeah, I get that. | Oh no!
        """
    ),
    "thanks_short": _listed(
        """
        Thanks! | Thank you! | Yeah! | Definitely! | Sure! | Yep! | Thanks, I appreciate it!
        """
    ),
    "question": _listed(
        """
        How did it go? | What made you choose that? | How long have you been doing it? | Where was that? | What did you
        like most about it? | Who went with you? | What's next for you? | How did you feel? | Do you have any tips for
        me? | What is it called? | How did you get into it? | When did you start? | Did you take any pictures? | What
        are they like? | Was it hard? I can imagine it took a lot of work. | What inspired you? | Do you have any plans
        for the weekend? | How does {kin} like it? | Have you ever tried {hobby}? | What kind of {hobby} do you like?
        I've heard so much about it.
        """
    ),
    "praise": _listed(
        """
        You should be really proud of yourself. | Your hard work is paying off! | It's {good} that you keep going. |
        That must have been {good}. | You're so {good} for doing that. | I'm so happy for you! | Having people who
        support you makes such a difference. | {value} is so important. | That sounds like a lot of fun, I bet they
        loved it! | I can see how much it means to you. | It looks {good}, great job! | You're making a real difference,
        keep it up!
        """
    ),
    "cheer": _listed(
        """
        Keep it up, I believe in you! | You've got this! | I'm always here for you. | Good luck with it! | Don't give
        up, great things are coming. | Let me know how it goes! | I'm rooting for you!
        """
    ),
    "thanks": _listed(
        """
        Thanks, that means a lot! | Thanks for your support, really. | I appreciate your kind words. | You're the best,
        thank you! | Thanks! I'll do my best. | Absolutely, I agree. | Thanks, will do!
        """
    ),
    "goodbye": _listed(
        """
        Take care, talk to you soon! | Bye! See you later. | Catch you later! | See you, have a great day! | Anyway, I
        have to run. Bye! | Talk soon!
        """
    ),
}
