<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="ru_RU" sourcelanguage="en">
    <context>
        <name>Adding</name>
        <message>
            <source>Add files to memory</source>
            <translation>Добавить файлы в память</translation>
        </message>
        <message>
            <source>Add a folder to memory</source>
            <translation>Добавить папку в память</translation>
        </message>
        <message>
            <source>Looking at what was added</source>
            <translation>Смотрю, что добавлено</translation>
        </message>
        <message>
            <source>Watch a folder</source>
            <translation>Следить за папкой</translation>
        </message>
        <message>
            <source>Kept in step from now on: {0}</source>
            <translation>Теперь обновляется сама: {0}</translation>
        </message>
        <message>
            <source>Watched folders</source>
            <translation>Папки под наблюдением</translation>
        </message>
        <message>
            <source>Looking at the folder</source>
            <translation>Просмотр папки</translation>
        </message>
        <message>
            <source>{0} is read once. It can be kept in step: changes are then read by themselves.</source>
            <translation>{0} читается один раз. За папкой можно следить: тогда изменения читаются сами.</translation>
        </message>
        <message>
            <source>The folders are read once. They can be kept in step: changes are then read by themselves.</source>
            <translation>Папки читаются один раз. За ними можно следить: тогда изменения читаются сами.</translation>
        </message>
        <message>
            <source>Keep in step</source>
            <translation>Следить</translation>
        </message>
        <message>
            <source>Remembered “{0}”</source>
            <translation>Запомнено: «{0}»</translation>
        </message>
        <message>
            <source>Open</source>
            <translation>Открыть</translation>
        </message>
        <message>
            <source>Remembering the text</source>
            <translation>Запоминаю текст</translation>
        </message>
        <message>
            <source>Add</source>
            <translation>Добавить</translation>
        </message>
    </context>
    <context>
        <name>AsOfBand</name>
        <message>
            <source>The day that is looked back to</source>
            <translation>День, на который смотрим</translation>
        </message>
        <message>
            <source>Back to today</source>
            <translation>Вернуться к сегодня</translation>
        </message>
        <message>
            <source>As it is known today</source>
            <translation>Как известно сегодня</translation>
        </message>
        <message>
            <source>As it was known on {0}</source>
            <translation>Как было известно {0}</translation>
        </message>
    </context>
    <context>
        <name>AttachmentChips</name>
        <message>
            <source>Take away: {0}</source>
            <translation>Убрать: {0}</translation>
        </message>
    </context>
    <context>
        <name>Background</name>
        <message>
            <source>Make backups</source>
            <translation>Резервные копии</translation>
        </message>
        <message>
            <source>Tidy up memories</source>
            <translation>Порядок в памяти</translation>
        </message>
        <message>
            <source>Archive what has outlived its layer</source>
            <translation>В архив то, что отжило в своём слое</translation>
        </message>
        <message>
            <source>Let go of models that nobody uses</source>
            <translation>Выгрузка моделей, которыми не пользуются</translation>
        </message>
        <message>
            <source>Keep the indexes up to date</source>
            <translation>Обновление индексов</translation>
        </message>
        <message>
            <source>Let memories rise that matter</source>
            <translation>Повышение того, что важно</translation>
        </message>
        <message>
            <source>Embed memories anew</source>
            <translation>Новые векторы для воспоминаний</translation>
        </message>
        <message>
            <source>Learn what matters to you</source>
            <translation>Обучение тому, что для вас важно</translation>
        </message>
        <message>
            <source>Let go of quiet streams</source>
            <translation>Закрытие затихших потоков</translation>
        </message>
        <message>
            <source>Embed what came in live</source>
            <translation>Векторы для того, что пришло потоком</translation>
        </message>
        <message>
            <source>Look through watched folders</source>
            <translation>Просмотр папок под наблюдением</translation>
        </message>
        <message>
            <source>At work</source>
            <translation>В работе</translation>
        </message>
        <message>
            <source>At work, {0} %</source>
            <translation>В работе, {0} %</translation>
        </message>
        <message>
            <source>Waiting</source>
            <translation>Ждёт</translation>
        </message>
        <message>
            <source>Paused</source>
            <translation>На паузе</translation>
        </message>
        <message>
            <source>Resting</source>
            <translation>Отдыхает</translation>
        </message>
        <message>
            <source>Next {0}</source>
            <translation>Дальше {0}</translation>
        </message>
        <message>
            <source>Failed: {0}</source>
            <translation>Не удалось: {0}</translation>
        </message>
    </context>
    <context>
        <name>BackgroundCard</name>
        <message>
            <source>Background work</source>
            <translation>Фоновая работа</translation>
        </message>
        <message>
            <source>Pause all</source>
            <translation>Приостановить всё</translation>
        </message>
        <message>
            <source>Go on with all</source>
            <translation>Продолжить всё</translation>
        </message>
    </context>
    <context>
        <name>BackupPanel</name>
        <message>
            <source>Show all backups</source>
            <translation>Показать все копии</translation>
        </message>
        <message>
            <source>Back up now</source>
            <translation>Сделать копию сейчас</translation>
        </message>
        <message>
            <source>Restore from a file…</source>
            <translation>Восстановить из файла…</translation>
        </message>
        <message>
            <source>Back up with a passphrase…</source>
            <translation>Копия с паролем…</translation>
        </message>
        <message>
            <source>Choose the folder…</source>
            <translation>Выбрать папку…</translation>
        </message>
        <message>
            <source>Set the passphrase of the schedule…</source>
            <translation>Задать пароль для копий по расписанию…</translation>
        </message>
        <message>
            <source>A backup is ready to be restored</source>
            <translation>Копия готова к восстановлению</translation>
        </message>
        <message>
            <source>It was checked, and takes the place of everything when Magray starts next. What is there now is kept as a backup.</source>
            <translation>Она проверена и заменит всё при следующем запуске Magray. То, что есть сейчас, останется резервной копией.</translation>
        </message>
        <message>
            <source>Restart and restore now</source>
            <translation>Перезапустить и восстановить</translation>
        </message>
        <message>
            <source>Do not restore</source>
            <translation>Не восстанавливать</translation>
        </message>
        <message>
            <source>Last backup: {0}</source>
            <translation>Последняя копия: {0}</translation>
        </message>
        <message>
            <source>There is no backup yet</source>
            <translation>Копий пока нет</translation>
        </message>
        <message>
            <source>Delete the backups that hold what was erased ({0})…</source>
            <translation>Удалить копии, в которых осталось стёртое ({0})…</translation>
        </message>
        <message>
            <source>Backups are made only when you ask for one. They go to {0}.</source>
            <translation>Копии делаются, только когда вы попросите. Они лежат в {0}.</translation>
        </message>
        <message>
            <source>One is made every day and goes to {0}.</source>
            <translation>Копия делается каждый день и ложится в {0}.</translation>
        </message>
        <message>
            <source>One is made every week and goes to {0}.</source>
            <translation>Копия делается каждую неделю и ложится в {0}.</translation>
        </message>
        <message>
            <source>The next one: {0}.</source>
            <translation>Следующая: {0}.</translation>
        </message>
        <message>
            <source>This computer has no key store that opens, so the schedule has no passphrase.</source>
            <translation>На этом компьютере нет доступного хранилища ключей, поэтому у расписания нет пароля.</translation>
        </message>
        <message>
            <source>The schedule waits for its passphrase.</source>
            <translation>Расписание ждёт своего пароля.</translation>
        </message>
        <message>
            <source>Type the passphrase of the backup of {0}.</source>
            <translation>Введите пароль копии от {0}.</translation>
        </message>
        <message>
            <source>Check</source>
            <translation>Проверить</translation>
        </message>
        <message>
            <source>Delete the backup of {0}? It cannot be brought back.</source>
            <translation>Удалить копию от {0}? Вернуть её будет нельзя.</translation>
        </message>
        <message>
            <source>Delete</source>
            <translation>Удалить</translation>
        </message>
        <message>
            <source>Making a backup…</source>
            <translation>Делается копия…</translation>
        </message>
        <message>
            <source>The backup is made and was read back: {0}</source>
            <translation>Копия готова и прочитана для проверки: {0}</translation>
        </message>
        <message>
            <source>Reading the backup…</source>
            <translation>Копия читается…</translation>
        </message>
        <message>
            <source>The backup is whole.</source>
            <translation>Копия цела.</translation>
        </message>
        <message>
            <source>Checking the backup…</source>
            <translation>Копия проверяется…</translation>
        </message>
        <message>
            <source>The backup is whole and waits for the next start.</source>
            <translation>Копия цела и ждёт следующего запуска.</translation>
        </message>
        <message>
            <source>Deleted.</source>
            <translation>Удалено.</translation>
        </message>
        <message>
            <source>Restore the backup of {0}? Everything goes back to what it was then, and what was erased since comes back, too. What is there now is kept as a backup.</source>
            <translation>Восстановить копию от {0}? Всё станет таким, каким было тогда, и стёртое с тех пор тоже вернётся. То, что есть сейчас, останется резервной копией.</translation>
        </message>
        <message>
            <source>If it is not encrypted, leave the passphrase empty.</source>
            <translation>Если копия не зашифрована, оставьте пароль пустым.</translation>
        </message>
        <message>
            <source>Check and restore</source>
            <translation>Проверить и восстановить</translation>
        </message>
        <message>
            <source>Choose a passphrase of at least eight characters. Without it nobody can open the backup, you neither.</source>
            <translation>Выберите пароль не короче восьми знаков. Без него копию не откроет никто, и вы тоже.</translation>
        </message>
        <message>
            <source>Back up</source>
            <translation>Сделать копию</translation>
        </message>
        <message>
            <source>Choose the passphrase of backups made by themselves. It lies in the system's key store.</source>
            <translation>Выберите пароль для копий, которые делаются сами. Он лежит в хранилище ключей системы.</translation>
        </message>
        <message>
            <source>Keep</source>
            <translation>Оставить</translation>
        </message>
        <message>
            <source>The passphrase is kept. Write it down, too: another computer needs it.</source>
            <translation>Пароль сохранён. Запишите его и сами: он понадобится на другом компьютере.</translation>
        </message>
        <message>
            <source>Delete {0} backups that hold what was erased? They cannot be brought back.</source>
            <translation>Удалить копии, в которых осталось стёртое ({0})? Вернуть их будет нельзя.</translation>
        </message>
        <message>
            <source>Restore a backup</source>
            <translation>Восстановить копию</translation>
        </message>
        <message>
            <source>Backups (*.magray-backup *.db)</source>
            <translation>Резервные копии (*.magray-backup *.db)</translation>
        </message>
        <message>
            <source>Folder of backups</source>
            <translation>Папка для копий</translation>
        </message>
    </context>
    <context>
        <name>BackupRow</name>
        <message>
            <source>Restore…</source>
            <translation>Восстановить…</translation>
        </message>
        <message>
            <source>Restore the backup of {0}</source>
            <translation>Восстановить копию от {0}</translation>
        </message>
        <message>
            <source>Check</source>
            <translation>Проверить</translation>
        </message>
        <message>
            <source>Check the backup of {0}</source>
            <translation>Проверить копию от {0}</translation>
        </message>
        <message>
            <source>Delete…</source>
            <translation>Удалить…</translation>
        </message>
        <message>
            <source>Delete the backup of {0}</source>
            <translation>Удалить копию от {0}</translation>
        </message>
        <message>
            <source>made by you</source>
            <translation>сделана вами</translation>
        </message>
        <message>
            <source>made by itself</source>
            <translation>сделана по расписанию</translation>
        </message>
        <message>
            <source>made before an upgrade</source>
            <translation>сделана перед обновлением</translation>
        </message>
        <message>
            <source>made before a restore</source>
            <translation>сделана перед восстановлением</translation>
        </message>
        <message>
            <source>encrypted</source>
            <translation>зашифрована</translation>
        </message>
        <message>
            <source>Read to its end and whole, {0}</source>
            <translation>Прочитана до конца и цела, {0}</translation>
        </message>
        <message>
            <source>Not checked on this computer yet</source>
            <translation>На этом компьютере ещё не проверялась</translation>
        </message>
        <message>
            <source>It holds something that you have erased since.</source>
            <translation>В ней есть то, что вы с тех пор стёрли.</translation>
        </message>
    </context>
    <context>
        <name>Backups</name>
        <message>
            <source>1 memory</source>
            <translation>1 воспоминание</translation>
        </message>
        <message>
            <source>1 document</source>
            <translation>1 документ</translation>
        </message>
        <message>
            <source>1 conversation</source>
            <translation>1 беседа</translation>
        </message>
    </context>
    <context>
        <name>Carrying</name>
        <message>
            <source>1 memory written to {0}.</source>
            <translation>1 воспоминание записано в {0}.</translation>
        </message>
        <message numerus="yes">
            <source>%Ln memories written to {0}.</source>
            <translation>
                <numerusform>%Ln воспоминание записано в {0}.</numerusform>
                <numerusform>%Ln воспоминания записано в {0}.</numerusform>
                <numerusform>%Ln воспоминаний записано в {0}.</numerusform>
            </translation>
        </message>
    </context>
    <context>
        <name>CarryingPanel</name>
        <message>
            <source>Memories as a file that other programs can read</source>
            <translation>Воспоминания файлом, который прочтут другие программы</translation>
        </message>
        <message>
            <source>One memory a line (JSON Lines), with everything known about it. Reading such a file adds what is not there yet and changes nothing else.</source>
            <translation>По одному воспоминанию в строке (JSON Lines), со всем, что о нём известно. Чтение такого файла добавляет то, чего ещё нет, и больше ничего не меняет.</translation>
        </message>
        <message>
            <source>Write memories to a file…</source>
            <translation>Записать воспоминания в файл…</translation>
        </message>
        <message>
            <source>Read memories from a file…</source>
            <translation>Прочитать воспоминания из файла…</translation>
        </message>
        <message>
            <source>With vectors, so that another computer need not compute them</source>
            <translation>С векторами, чтобы другой компьютер их не вычислял</translation>
        </message>
        <message>
            <source>Writing…</source>
            <translation>Запись…</translation>
        </message>
        <message>
            <source>Reading…</source>
            <translation>Чтение…</translation>
        </message>
        <message>
            <source>Write memories to a file</source>
            <translation>Записать воспоминания в файл</translation>
        </message>
        <message>
            <source>JSON Lines (*.jsonl)</source>
            <translation>JSON Lines (*.jsonl)</translation>
        </message>
        <message>
            <source>Read memories from a file</source>
            <translation>Прочитать воспоминания из файла</translation>
        </message>
        <message>
            <source>JSON Lines (*.jsonl *.json *.txt)</source>
            <translation>JSON Lines (*.jsonl *.json *.txt)</translation>
        </message>
        <message>
            <source>Reading, line {0}…</source>
            <translation>Чтение, строка {0}…</translation>
        </message>
        <message>
            <source>{0} added, {1} were there already.</source>
            <translation>Добавлено: {0}, уже были: {1}.</translation>
        </message>
        <message>
            <source>{0} lines were not taken:</source>
            <translation>Не принято строк: {0}</translation>
        </message>
        <message>
            <source>line {0}: {1}</source>
            <translation>строка {0}: {1}</translation>
        </message>
    </context>
    <context>
        <name>ChatController</name>
        <message>
            <source>New conversation</source>
            <translation>Новая беседа</translation>
        </message>
        <message>
            <source>Deleted “{0}”</source>
            <translation>Беседа «{0}» удалена</translation>
        </message>
        <message>
            <source>Undo</source>
            <translation>Вернуть</translation>
        </message>
    </context>
    <context>
        <name>ChatFindBar</name>
        <message>
            <source>Find in this conversation</source>
            <translation>Найти в этой беседе</translation>
        </message>
    </context>
    <context>
        <name>ChatHeader</name>
        <message>
            <source>Conversations</source>
            <translation>Беседы</translation>
        </message>
        <message>
            <source>Sources</source>
            <translation>Источники</translation>
        </message>
        <message>
            <source>More about this conversation</source>
            <translation>Ещё об этой беседе</translation>
        </message>
        <message>
            <source>Not remembered</source>
            <translation>Не запоминается</translation>
        </message>
        <message>
            <source>Nothing that is said in this chat becomes memory.</source>
            <translation>Ничего из сказанного в этой беседе не запоминается.</translation>
        </message>
        <message>
            <source>Pin</source>
            <translation>Закрепить</translation>
        </message>
        <message>
            <source>Unpin</source>
            <translation>Открепить</translation>
        </message>
        <message>
            <source>Archive</source>
            <translation>В архив</translation>
        </message>
        <message>
            <source>Take out of the archive</source>
            <translation>Вернуть из архива</translation>
        </message>
        <message>
            <source>Tags…</source>
            <translation>Метки…</translation>
        </message>
        <message>
            <source>Find in this conversation</source>
            <translation>Найти в этой беседе</translation>
        </message>
        <message>
            <source>Pinned messages…</source>
            <translation>Закреплённые сообщения…</translation>
        </message>
        <message>
            <source>Export as Markdown…</source>
            <translation>Сохранить как Markdown…</translation>
        </message>
        <message>
            <source>Export as JSON…</source>
            <translation>Сохранить как JSON…</translation>
        </message>
        <message>
            <source>Export as PDF…</source>
            <translation>Сохранить как PDF…</translation>
        </message>
        <message>
            <source>Import conversations…</source>
            <translation>Загрузить беседы…</translation>
        </message>
        <message>
            <source>New conversation</source>
            <translation>Новая беседа</translation>
        </message>
        <message>
            <source>Rename</source>
            <translation>Переименовать</translation>
        </message>
        <message>
            <source>Remember what is said here</source>
            <translation>Запоминать сказанное здесь</translation>
        </message>
        <message>
            <source>Delete</source>
            <translation>Удалить</translation>
        </message>
    </context>
    <context>
        <name>Choices</name>
        <message>
            <source>This computer</source>
            <translation>Обычный компьютер</translation>
        </message>
        <message>
            <source>Small computer</source>
            <translation>Слабый компьютер</translation>
        </message>
        <message>
            <source>Strong computer</source>
            <translation>Мощный компьютер</translation>
        </message>
        <message>
            <source>Quick reactions</source>
            <translation>Быстрый отклик</translation>
        </message>
        <message>
            <source>Auto</source>
            <translation>Авто</translation>
        </message>
        <message>
            <source>On</source>
            <translation>Вкл.</translation>
        </message>
        <message>
            <source>Off</source>
            <translation>Выкл.</translation>
        </message>
        <message>
            <source>Every day</source>
            <translation>Каждый день</translation>
        </message>
        <message>
            <source>Every week</source>
            <translation>Каждую неделю</translation>
        </message>
        <message>
            <source>As the system</source>
            <translation>Как в системе</translation>
        </message>
        <message>
            <source>Light</source>
            <translation>Светлые</translation>
        </message>
        <message>
            <source>Dark</source>
            <translation>Тёмные</translation>
        </message>
        <message>
            <source>Short</source>
            <translation>Недолгое</translation>
        </message>
        <message>
            <source>Medium</source>
            <translation>Среднее</translation>
        </message>
        <message>
            <source>Long</source>
            <translation>Долгое</translation>
        </message>
        <message>
            <source>Keep</source>
            <translation>Оставить</translation>
        </message>
        <message>
            <source>Delete its memories</source>
            <translation>Удалить его воспоминания</translation>
        </message>
    </context>
    <context>
        <name>ClearAction</name>
        <message>
            <source>Clear the search</source>
            <translation>Очистить поиск</translation>
        </message>
    </context>
    <context>
        <name>CloseSection</name>
        <message>
            <source>Close to it</source>
            <translation>Близкое</translation>
        </message>
    </context>
    <context>
        <name>Commands</name>
        <message>
            <source>There is no command “/{0}”. A slash alone lists them. What you wrote is still in the field.</source>
            <translation>Команды «/{0}» нет. Одна косая черта покажет их список. Написанное осталось в поле.</translation>
        </message>
    </context>
    <context>
        <name>CompletionBox</name>
        <message>
            <source>Suggestions</source>
            <translation>Подсказки</translation>
        </message>
    </context>
    <context>
        <name>Composer</name>
        <message>
            <source>Add files to the question</source>
            <translation>Добавить файлы к вопросу</translation>
        </message>
        <message>
            <source>Ask, or drop files anywhere</source>
            <translation>Спросите или перетащите файлы сюда</translation>
        </message>
        <message>
            <source>Your question</source>
            <translation>Ваш вопрос</translation>
        </message>
        <message>
            <source>Ask</source>
            <translation>Спросить</translation>
        </message>
        <message>
            <source>Enter sends it, Shift and Enter begin a new line, a slash lists commands, an at sign documents</source>
            <translation>Enter отправляет, Shift и Enter начинают новую строку, косая черта показывает команды, знак @ — документы</translation>
        </message>
        <message>
            <source>Editing an earlier question. What followed it stays as another version.</source>
            <translation>Вы правите прежний вопрос. То, что было после него, останется другой версией.</translation>
        </message>
        <message>
            <source>Cancel</source>
            <translation>Отмена</translation>
        </message>
        <message>
            <source>Stop</source>
            <translation>Остановить</translation>
        </message>
        <message>
            <source>Sends the question</source>
            <translation>Отправляет вопрос</translation>
        </message>
        <message>
            <source>Stops the answer; what was written is kept</source>
            <translation>Останавливает ответ; написанное сохраняется</translation>
        </message>
        <message>
            <source>Picture {0}</source>
            <translation>Картинка {0}</translation>
        </message>
    </context>
    <context>
        <name>Context</name>
        <message>
            <source>Instructions</source>
            <translation>Указания</translation>
        </message>
        <message>
            <source>Summary of earlier turns</source>
            <translation>Краткое содержание прежних реплик</translation>
        </message>
        <message>
            <source>Your question</source>
            <translation>Ваш вопрос</translation>
        </message>
        <message>
            <source>1 token</source>
            <translation>1 токен</translation>
        </message>
        <message numerus="yes">
            <source>%Ln tokens</source>
            <translation>
                <numerusform>%Ln токен</numerusform>
                <numerusform>%Ln токена</numerusform>
                <numerusform>%Ln токенов</numerusform>
            </translation>
        </message>
    </context>
    <context>
        <name>ContextPage</name>
        <message>
            <source>What the model saw</source>
            <translation>Что видела модель</translation>
        </message>
        <message>
            <source>Parts</source>
            <translation>Части</translation>
        </message>
        <message>
            <source>What stood there</source>
            <translation>Что там было</translation>
        </message>
        <message>
            <source>{0} of the {1} that this model can take in; {2} of them are kept free for the answer.</source>
            <translation>{0} из {1}, которые модель может принять; {2} оставлено для ответа.</translation>
        </message>
        <message>
            <source>A picture: {0}</source>
            <translation>Картинка: {0}</translation>
        </message>
    </context>
    <context>
        <name>ConversationDeeds</name>
        <message>
            <source>Moved into the archive</source>
            <translation>Перенесено в архив</translation>
        </message>
        <message>
            <source>Undo</source>
            <translation>Вернуть</translation>
        </message>
        <message>
            <source>Moved to {0}</source>
            <translation>Перемещено в «{0}»</translation>
        </message>
        <message>
            <source>Taken out of the folder</source>
            <translation>Вынуто из папки</translation>
        </message>
        <message>
            <source>Tags</source>
            <translation>Метки</translation>
        </message>
        <message>
            <source>Tags of this conversation, with commas between them</source>
            <translation>Метки этой беседы через запятую</translation>
        </message>
        <message>
            <source>Keep</source>
            <translation>Оставить</translation>
        </message>
        <message>
            <source>Cancel</source>
            <translation>Отмена</translation>
        </message>
        <message>
            <source>Export the conversation</source>
            <translation>Сохранить беседу</translation>
        </message>
        <message>
            <source>{0} could not be written: {1}. The conversation is unchanged; choose another place.</source>
            <translation>Файл {0} не удалось записать: {1}. Беседа не изменилась; выберите другое место.</translation>
        </message>
        <message>
            <source>Written to {0}</source>
            <translation>Записано в {0}</translation>
        </message>
        <message>
            <source>Writing {0}…</source>
            <translation>Записываю {0}…</translation>
        </message>
        <message>
            <source>Import conversations</source>
            <translation>Загрузить беседы</translation>
        </message>
        <message>
            <source>Exports (*.json *.zip *.md)</source>
            <translation>Выгрузки (*.json *.zip *.md)</translation>
        </message>
        <message>
            <source>All files (*)</source>
            <translation>Все файлы (*)</translation>
        </message>
        <message numerus="yes">
            <source>%Ln conversations came in</source>
            <translation>
                <numerusform>Загружена %Ln беседа</numerusform>
                <numerusform>Загружены %Ln беседы</numerusform>
                <numerusform>Загружено %Ln бесед</numerusform>
            </translation>
        </message>
        <message>
            <source>1 conversation came in</source>
            <translation>Загружена 1 беседа</translation>
        </message>
        <message numerus="yes">
            <source>%Ln were here already</source>
            <translation>
                <numerusform>%Ln уже была здесь</numerusform>
                <numerusform>%Ln уже были здесь</numerusform>
                <numerusform>%Ln уже были здесь</numerusform>
            </translation>
        </message>
        <message>
            <source>Importing conversations…</source>
            <translation>Загружаю беседы…</translation>
        </message>
    </context>
    <context>
        <name>ConversationDelegate</name>
        <message>
            <source>Title of the conversation</source>
            <translation>Название беседы</translation>
        </message>
        <message>
            <source>Name of the folder</source>
            <translation>Название папки</translation>
        </message>
    </context>
    <context>
        <name>ConversationList</name>
        <message>
            <source>Conversations</source>
            <translation>Беседы</translation>
        </message>
    </context>
    <context>
        <name>ConversationsModel</name>
        <message>
            <source>Today</source>
            <translation>Сегодня</translation>
        </message>
        <message>
            <source>Yesterday</source>
            <translation>Вчера</translation>
        </message>
        <message>
            <source>Last week</source>
            <translation>На прошлой неделе</translation>
        </message>
        <message>
            <source>Earlier</source>
            <translation>Раньше</translation>
        </message>
        <message>
            <source>Pinned</source>
            <translation>Закреплённые</translation>
        </message>
        <message>
            <source>Folders</source>
            <translation>Папки</translation>
        </message>
        <message>
            <source>New conversation</source>
            <translation>Новая беседа</translation>
        </message>
        <message>
            <source>open</source>
            <translation>открыта</translation>
        </message>
        <message>
            <source>closed</source>
            <translation>закрыта</translation>
        </message>
        <message>
            <source>1 conversation</source>
            <translation>1 беседа</translation>
        </message>
        <message>
            <source>Folder {0}, {1}, {2}</source>
            <translation>Папка {0}, {1}, {2}</translation>
        </message>
    </context>
    <context>
        <name>ConversationsPanel</name>
        <message>
            <source>Documents</source>
            <translation>Документы</translation>
        </message>
        <message>
            <source>Shows the files that Magray has read</source>
            <translation>Показывает файлы, которые прочитал Magray</translation>
        </message>
        <message>
            <source>Memory</source>
            <translation>Память</translation>
        </message>
        <message>
            <source>Shows everything that Magray remembers</source>
            <translation>Показывает всё, что помнит Magray</translation>
        </message>
        <message>
            <source>Settings</source>
            <translation>Настройки</translation>
        </message>
        <message>
            <source>Settings ({0})</source>
            <translation>Настройки ({0})</translation>
        </message>
        <message>
            <source>New</source>
            <translation>Новая</translation>
        </message>
        <message>
            <source>New conversation</source>
            <translation>Новая беседа</translation>
        </message>
        <message>
            <source>New conversation ({0})</source>
            <translation>Новая беседа ({0})</translation>
        </message>
        <message>
            <source>Which conversations are listed</source>
            <translation>Какие беседы показаны</translation>
        </message>
        <message>
            <source>All conversations</source>
            <translation>Все беседы</translation>
        </message>
        <message>
            <source>Archive</source>
            <translation>Архив</translation>
        </message>
        <message>
            <source>Listed: {0}</source>
            <translation>Показано: {0}</translation>
        </message>
        <message>
            <source>Search conversations</source>
            <translation>Поиск в беседах</translation>
        </message>
        <message>
            <source>Finds words in titles and in everything that was said</source>
            <translation>Ищет слова в названиях и во всём, что было сказано</translation>
        </message>
        <message>
            <source>No conversation holds these words.</source>
            <translation>Этих слов нет ни в одной беседе.</translation>
        </message>
        <message>
            <source>Nothing is listed under this.</source>
            <translation>Здесь пока ничего нет.</translation>
        </message>
        <message>
            <source>Your conversations will be listed here.</source>
            <translation>Здесь появятся ваши беседы.</translation>
        </message>
    </context>
    <context>
        <name>CrashReporter</name>
        <message>
            <source>Magray stopped unexpectedly last time. What was stored is safe. The details are in {0}.</source>
            <translation>В прошлый раз Magray неожиданно остановился. Всё сохранённое цело. Подробности в файле {0}.</translation>
        </message>
        <message>
            <source>Something went wrong inside Magray ({0}). What was stored is kept, and you can go on. The log holds the details.</source>
            <translation>Внутри Magray что-то пошло не так ({0}). Всё сохранённое цело, можно работать дальше. Подробности в журнале.</translation>
        </message>
    </context>
    <context>
        <name>DayDialog</name>
        <message>
            <source>From one day to another</source>
            <translation>С одного дня по другой</translation>
        </message>
        <message>
            <source>First day</source>
            <translation>Первый день</translation>
        </message>
        <message>
            <source>Last day</source>
            <translation>Последний день</translation>
        </message>
        <message>
            <source>Show</source>
            <translation>Показать</translation>
        </message>
        <message>
            <source>Cancel</source>
            <translation>Отмена</translation>
        </message>
    </context>
    <context>
        <name>Deeds</name>
        <message>
            <source>Remembered for ever</source>
            <translation>Запомнено навсегда</translation>
        </message>
        <message>
            <source>Undo</source>
            <translation>Вернуть</translation>
        </message>
        <message>
            <source>Taken back. Nothing of it is remembered.</source>
            <translation>Отменено. Из этого ничего не запомнено.</translation>
        </message>
        <message>
            <source>No message is pinned here. “Pin” stands in the menu of each one.</source>
            <translation>Здесь нет закреплённых сообщений. «Закрепить» есть в меню каждого.</translation>
        </message>
        <message>
            <source>Now “Try again” asks the model.</source>
            <translation>Теперь «Попробовать снова» обратится к модели.</translation>
        </message>
        <message>
            <source>The budget of this month is used up.</source>
            <translation>Бюджет этого месяца израсходован.</translation>
        </message>
        <message>
            <source>Go on beyond it this month</source>
            <translation>Продолжить сверх него в этом месяце</translation>
        </message>
        <message>
            <source>Keys, servers and models stand in the settings.</source>
            <translation>Ключи, серверы и модели — в настройках.</translation>
        </message>
        <message>
            <source>Open the settings</source>
            <translation>Открыть настройки</translation>
        </message>
        <message>
            <source>The message was deleted</source>
            <translation>Сообщение удалено</translation>
        </message>
        <message>
            <source>What the model saw was not kept for this answer.</source>
            <translation>Для этого ответа не сохранено, что видела модель.</translation>
        </message>
    </context>
    <context>
        <name>DetailPane</name>
        <message>
            <source>The memory that is selected</source>
            <translation>Выбранное воспоминание</translation>
        </message>
        <message>
            <source>Choose a memory</source>
            <translation>Выберите воспоминание</translation>
        </message>
        <message>
            <source>Its words, its source and its life are shown here.</source>
            <translation>Здесь видны его слова, источник и жизнь.</translation>
        </message>
        <message>
            <source>Open source</source>
            <translation>Открыть источник</translation>
        </message>
        <message>
            <source>Edit</source>
            <translation>Править</translation>
        </message>
        <message>
            <source>Edit the text (F2)</source>
            <translation>Изменить текст (F2)</translation>
        </message>
        <message>
            <source>What can be done with it</source>
            <translation>Что с ним можно сделать</translation>
        </message>
        <message>
            <source>What you do now is done to all of them, and can be taken back.</source>
            <translation>Что вы сделаете сейчас, коснётся всех, и это можно отменить.</translation>
        </message>
        <message>
            <source>Raise</source>
            <translation>Повысить</translation>
        </message>
        <message>
            <source>Keep longer</source>
            <translation>Хранить дольше</translation>
        </message>
        <message>
            <source>Pin</source>
            <translation>Закрепить</translation>
        </message>
        <message>
            <source>Tags…</source>
            <translation>Метки…</translation>
        </message>
        <message>
            <source>Merge…</source>
            <translation>Объединить…</translation>
        </message>
        <message>
            <source>Archive</source>
            <translation>В архив</translation>
        </message>
        <message>
            <source>Export…</source>
            <translation>Сохранить в файл…</translation>
        </message>
        <message>
            <source>Delete</source>
            <translation>Удалить</translation>
        </message>
        <message>
            <source>What else can be done with them</source>
            <translation>Что ещё можно с ними сделать</translation>
        </message>
        <message>
            <source>Open conversation</source>
            <translation>Открыть беседу</translation>
        </message>
        <message>
            <source>Unpin</source>
            <translation>Открепить</translation>
        </message>
    </context>
    <context>
        <name>DetailText</name>
        <message>
            <source>Show all of it</source>
            <translation>Показать целиком</translation>
        </message>
        <message>
            <source>The text of the memory</source>
            <translation>Текст воспоминания</translation>
        </message>
        <message>
            <source>Save</source>
            <translation>Сохранить</translation>
        </message>
        <message>
            <source>Save (Ctrl+Enter). The text before is kept as an older version.</source>
            <translation>Сохранить (Ctrl+Enter). Прежний текст останется старой версией.</translation>
        </message>
        <message>
            <source>Cancel</source>
            <translation>Отмена</translation>
        </message>
    </context>
    <context>
        <name>DevicesPanel</name>
        <message>
            <source>Try again</source>
            <translation>Попробовать снова</translation>
        </message>
        <message>
            <source>Forget earlier failures, measure every device and choose anew</source>
            <translation>Забыть прежние сбои, измерить все устройства и выбрать заново</translation>
        </message>
        <message>
            <source>Measuring…</source>
            <translation>Измеряется…</translation>
        </message>
        <message>
            <source>{0} of memory, driver {1}</source>
            <translation>{0} памяти, драйвер {1}</translation>
        </message>
        <message>
            <source>unknown</source>
            <translation>неизвестен</translation>
        </message>
        <message>
            <source>Graphics cards</source>
            <translation>Видеокарты</translation>
        </message>
        <message>
            <source>None was found</source>
            <translation>Не найдено</translation>
        </message>
        <message>
            <source>Models</source>
            <translation>Модели</translation>
        </message>
        <message>
            <source>Computed so far</source>
            <translation>Вычислено</translation>
        </message>
        <message>
            <source>What ONNX Runtime {0} offers</source>
            <translation>Что умеет ONNX Runtime {0}</translation>
        </message>
        <message>
            <source>{0}: {1} texts a second</source>
            <translation>{0}: {1} текстов в секунду</translation>
        </message>
        <message>
            <source>a better device is being tried</source>
            <translation>пробуется устройство получше</translation>
        </message>
        <message>
            <source>{0} on {1}</source>
            <translation>{0} на {1}</translation>
        </message>
        <message>
            <source>{0} batches, {1} failures, {2} computed by the processor in its place</source>
            <translation>пачек: {0}, сбоев: {1}, вместо него посчитал процессор: {2}</translation>
        </message>
        <message>
            <source>Half of them within {0} ms, 95 % within {1} ms</source>
            <translation>Половина за {0} мс, 95 % за {1} мс</translation>
        </message>
        <message>
            <source>Left alone after failures; tried again in {0} seconds.</source>
            <translation>Отдыхает после сбоев; новая попытка через {0} с.</translation>
        </message>
        <message>
            <source>Left alone after failures; the next batch is a trial.</source>
            <translation>Отдыхает после сбоев; следующая пачка — пробная.</translation>
        </message>
        <message>
            <source>in use</source>
            <translation>работает</translation>
        </message>
        <message>
            <source>ready</source>
            <translation>готов</translation>
        </message>
        <message>
            <source>not tried</source>
            <translation>не проверен</translation>
        </message>
        <message>
            <source>failing</source>
            <translation>сбоит</translation>
        </message>
        <message>
            <source>does not load</source>
            <translation>не загружается</translation>
        </message>
        <message>
            <source>not fit</source>
            <translation>не подходит</translation>
        </message>
        <message>
            <source>not there</source>
            <translation>нет</translation>
        </message>
    </context>
    <context>
        <name>DialogFrame</name>
        <message>
            <source>Cancel</source>
            <translation>Отмена</translation>
        </message>
    </context>
    <context>
        <name>DocumentDeeds</name>
        <message>
            <source>Forget a document</source>
            <translation>Забыть документ</translation>
        </message>
        <message>
            <source>Forget documents</source>
            <translation>Забыть документы</translation>
        </message>
        <message>
            <source>Forget {0}?</source>
            <translation>Забыть {0}?</translation>
        </message>
        <message>
            <source>Its text and {0} are erased from memory. The file itself is not touched.</source>
            <translation>Его текст и {0} стираются из памяти. Сам файл остаётся на месте.</translation>
        </message>
        <message>
            <source>Forget {0} documents?</source>
            <translation>Забыть документы ({0})?</translation>
        </message>
        <message>
            <source>Their texts and {0} are erased from memory. The files themselves are not touched.</source>
            <translation>Их тексты и {0} стираются из памяти. Сами файлы не затрагиваются.</translation>
        </message>
        <message>
            <source>Forget</source>
            <translation>Забыть</translation>
        </message>
        <message>
            <source>Keep</source>
            <translation>Оставить</translation>
        </message>
        <message>
            <source>Forgotten: {0}</source>
            <translation>Забыто: {0}</translation>
        </message>
        <message>
            <source>Forgotten: {0} documents</source>
            <translation>Забыто документов: {0}</translation>
        </message>
        <message>
            <source>Forgetting</source>
            <translation>Забываю</translation>
        </message>
        <message>
            <source>One document is read again.</source>
            <translation>Документ читается заново.</translation>
        </message>
        <message>
            <source>{0} documents are read again.</source>
            <translation>Читаются заново, документов: {0}.</translation>
        </message>
        <message>
            <source>{0} documents cannot be read again. {1}</source>
            <translation>Не удаётся прочитать заново, документов: {0}. {1}</translation>
        </message>
    </context>
    <context>
        <name>DocumentHeader</name>
        <message>
            <source>Smaller</source>
            <translation>Мельче</translation>
        </message>
        <message>
            <source>Larger</source>
            <translation>Крупнее</translation>
        </message>
        <message>
            <source>Find</source>
            <translation>Найти</translation>
        </message>
        <message>
            <source>More</source>
            <translation>Ещё</translation>
        </message>
    </context>
    <context>
        <name>DocumentMenu</name>
        <message>
            <source>Show the text</source>
            <translation>Показать текст</translation>
        </message>
        <message>
            <source>Show the pages</source>
            <translation>Показать страницы</translation>
        </message>
        <message>
            <source>Back to the passage</source>
            <translation>Вернуться к отрывку</translation>
        </message>
        <message>
            <source>Larger</source>
            <translation>Крупнее</translation>
        </message>
        <message>
            <source>Smaller</source>
            <translation>Мельче</translation>
        </message>
        <message>
            <source>Fit to the width</source>
            <translation>По ширине</translation>
        </message>
        <message>
            <source>Open in its program</source>
            <translation>Открыть в своей программе</translation>
        </message>
        <message>
            <source>Show in folder</source>
            <translation>Показать в папке</translation>
        </message>
        <message>
            <source>Copy the path</source>
            <translation>Скопировать путь</translation>
        </message>
    </context>
    <context>
        <name>DocumentView</name>
        <message>
            <source>Opening…</source>
            <translation>Открываю…</translation>
        </message>
        <message>
            <source>Document</source>
            <translation>Документ</translation>
        </message>
        <message>
            <source>This document cannot be opened</source>
            <translation>Этот документ не открывается</translation>
        </message>
        <message>
            <source>Back</source>
            <translation>Назад</translation>
        </message>
        <message>
            <source>There is no text in this document</source>
            <translation>В этом документе нет текста</translation>
        </message>
        <message>
            <source>Nothing of it can be shown here.</source>
            <translation>Показать здесь нечего.</translation>
        </message>
        <message>
            <source>The file is no longer where it was. This is its text as it was read.</source>
            <translation>Файла больше нет на прежнем месте. Это его текст, каким он был прочитан.</translation>
        </message>
        <message>
            <source>Page {0} of {1}</source>
            <translation>Страница {0} из {1}</translation>
        </message>
        <message>
            <source>This page cannot be drawn: {0} Its text as it was read can still be shown.</source>
            <translation>Эту страницу нельзя показать: {0} Её прочитанный текст по-прежнему доступен.</translation>
        </message>
        <message>
            <source>Show the text</source>
            <translation>Показать текст</translation>
        </message>
    </context>
    <context>
        <name>Documents</name>
        <message>
            <source>{0} is no longer at {1}. What was read of it is kept; its text can still be opened here.</source>
            <translation>Файла {0} больше нет в {1}. Прочитанное сохранено, его текст можно открыть здесь.</translation>
        </message>
        <message>
            <source>The system has no program for {0}. It lies in {1}.</source>
            <translation>В системе нет программы для {0}. Файл лежит в {1}.</translation>
        </message>
        <message>
            <source>Document</source>
            <translation>Документ</translation>
        </message>
        <message>
            <source>Folder</source>
            <translation>Папка</translation>
        </message>
        <message>
            <source>State</source>
            <translation>Состояние</translation>
        </message>
        <message>
            <source>Pages</source>
            <translation>Страницы</translation>
        </message>
        <message>
            <source>Passages</source>
            <translation>Отрывки</translation>
        </message>
        <message>
            <source>Size</source>
            <translation>Размер</translation>
        </message>
        <message>
            <source>Last used</source>
            <translation>Последнее обращение</translation>
        </message>
        <message>
            <source>Read on</source>
            <translation>Прочитан</translation>
        </message>
        <message>
            <source>Read</source>
            <translation>Прочитан</translation>
        </message>
        <message>
            <source>Partly read</source>
            <translation>Прочитан частично</translation>
        </message>
        <message>
            <source>Waiting</source>
            <translation>Ждёт</translation>
        </message>
        <message>
            <source>Missing</source>
            <translation>Файла нет</translation>
        </message>
        <message>
            <source>Set aside</source>
            <translation>Отложен</translation>
        </message>
        <message>
            <source>{0} of {1}</source>
            <translation>{0} из {1}</translation>
        </message>
        <message>
            <source>no pages</source>
            <translation>без страниц</translation>
        </message>
        <message>
            <source>The file has not been there since {0}; its text is kept.</source>
            <translation>Файла нет на месте с {0}; его текст сохранён.</translation>
        </message>
        <message>
            <source>The file is not there now; its text is kept.</source>
            <translation>Файла сейчас нет на месте; его текст сохранён.</translation>
        </message>
        <message>
            <source>The file was gone for so long that its memories were deleted. They come back with it.</source>
            <translation>Файла не было так долго, что его воспоминания удалены. Они вернутся вместе с ним.</translation>
        </message>
        <message>
            <source>It waits to be read.</source>
            <translation>Ждёт чтения.</translation>
        </message>
        <message>
            <source>{0} were read.</source>
            <translation>Прочитано: {0}.</translation>
        </message>
        <message>
            <source>Kept in step with {0}.</source>
            <translation>Обновляется вместе с {0}.</translation>
        </message>
        <message>
            <source>Pages without text: {0} and others.</source>
            <translation>Страницы без текста: {0} и другие.</translation>
        </message>
        <message>
            <source>Pages without text: {0}.</source>
            <translation>Страницы без текста: {0}.</translation>
        </message>
        <message>
            <source>{0}, not used yet.</source>
            <translation>{0}, ещё не понадобились.</translation>
        </message>
        <message>
            <source>{0}, used once, on {1}.</source>
            <translation>{0}, понадобились один раз, {1}.</translation>
        </message>
        <message>
            <source>{0}, used {1} times, last on {2}.</source>
            <translation>{0}, понадобились {1} раз, последний — {2}.</translation>
        </message>
        <message>
            <source>{0} in {1}</source>
            <translation>{0} в {1}</translation>
        </message>
        <message>
            <source>1 page</source>
            <translation>1 страница</translation>
        </message>
        <message numerus="yes">
            <source>%Ln pages</source>
            <translation>
                <numerusform>%Ln страница</numerusform>
                <numerusform>%Ln страницы</numerusform>
                <numerusform>%Ln страниц</numerusform>
            </translation>
        </message>
        <message>
            <source>1 passage</source>
            <translation>1 отрывок</translation>
        </message>
        <message numerus="yes">
            <source>%Ln passages</source>
            <translation>
                <numerusform>%Ln отрывок</numerusform>
                <numerusform>%Ln отрывка</numerusform>
                <numerusform>%Ln отрывков</numerusform>
            </translation>
        </message>
        <message>
            <source>1 file</source>
            <translation>1 файл</translation>
        </message>
        <message numerus="yes">
            <source>%Ln files</source>
            <translation>
                <numerusform>%Ln файл</numerusform>
                <numerusform>%Ln файла</numerusform>
                <numerusform>%Ln файлов</numerusform>
            </translation>
        </message>
    </context>
    <context>
        <name>DocumentsPage</name>
        <message>
            <source>Documents</source>
            <translation>Документы</translation>
        </message>
        <message>
            <source>Add a folder</source>
            <translation>Добавить папку</translation>
        </message>
        <message>
            <source>Add files</source>
            <translation>Добавить файлы</translation>
        </message>
        <message>
            <source>Watch a folder</source>
            <translation>Следить за папкой</translation>
        </message>
        <message>
            <source>What is shown</source>
            <translation>Что показано</translation>
        </message>
        <message>
            <source>Search by name or folder</source>
            <translation>Поиск по имени или папке</translation>
        </message>
        <message>
            <source>Search documents</source>
            <translation>Поиск документов</translation>
        </message>
        <message>
            <source>Watched folders</source>
            <translation>Папки под наблюдением</translation>
        </message>
        <message>
            <source>No document has this name</source>
            <translation>Документа с таким именем нет</translation>
        </message>
        <message>
            <source>Only names and folders are searched here. Ask in the chat to search what the documents say.</source>
            <translation>Здесь поиск идёт только по именам и папкам. Чтобы искать в самих документах, спросите в беседе.</translation>
        </message>
        <message>
            <source>Show all</source>
            <translation>Показать все</translation>
        </message>
        <message>
            <source>No documents yet</source>
            <translation>Документов пока нет</translation>
        </message>
        <message>
            <source>Drop files or folders anywhere on this window. They are read on this computer, and then you can ask about them.</source>
            <translation>Перетащите файлы или папки в любое место окна. Они будут прочитаны на этом компьютере, и о них можно будет спрашивать.</translation>
        </message>
        <message>
            <source>Forget {0}…</source>
            <translation>Забыть {0}…</translation>
        </message>
        <message>
            <source>Open</source>
            <translation>Открыть</translation>
        </message>
        <message>
            <source>Open in its program</source>
            <translation>Открыть в своей программе</translation>
        </message>
        <message>
            <source>Show in folder</source>
            <translation>Показать в папке</translation>
        </message>
        <message>
            <source>Read again</source>
            <translation>Прочитать заново</translation>
        </message>
        <message>
            <source>Forget…</source>
            <translation>Забыть…</translation>
        </message>
    </context>
    <context>
        <name>DocumentsTable</name>
        <message>
            <source>Documents</source>
            <translation>Документы</translation>
        </message>
    </context>
    <context>
        <name>DropTarget</name>
        <message>
            <source>Or drop here for this chat only</source>
            <translation>Или бросьте сюда — только для этой беседы</translation>
        </message>
        <message>
            <source>Drop to add it to the next question, for this chat only</source>
            <translation>Отпустите, чтобы добавить к следующему вопросу, только для этой беседы</translation>
        </message>
        <message>
            <source>Everything is read on this computer; the originals stay as they are.</source>
            <translation>Всё читается на этом компьютере, сами файлы не меняются.</translation>
        </message>
        <message>
            <source>What does not lie on this computer is left out.</source>
            <translation>То, чего нет на этом компьютере, пропускается.</translation>
        </message>
        <message>
            <source>Drop to remember this text</source>
            <translation>Отпустите, чтобы запомнить этот текст</translation>
        </message>
        <message>
            <source>It becomes a document of its own, on this computer only.</source>
            <translation>Он станет отдельным документом, только на этом компьютере.</translation>
        </message>
        <message>
            <source>Only what lies on this computer can be added</source>
            <translation>Добавить можно только то, что есть на этом компьютере</translation>
        </message>
        <message>
            <source>Save it as a file first, then drop the file here.</source>
            <translation>Сначала сохраните это в файл, затем перетащите файл сюда.</translation>
        </message>
        <message>
            <source>Drop to add {0} to memory</source>
            <translation>Отпустите, чтобы добавить в память: {0}</translation>
        </message>
        <message numerus="yes">
            <source>Drop to add %Ln files to memory</source>
            <translation>
                <numerusform>Отпустите, чтобы добавить в память %Ln файл</numerusform>
                <numerusform>Отпустите, чтобы добавить в память %Ln файла</numerusform>
                <numerusform>Отпустите, чтобы добавить в память %Ln файлов</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>Drop to add %Ln folders to memory</source>
            <translation>
                <numerusform>Отпустите, чтобы добавить в память %Ln папку</numerusform>
                <numerusform>Отпустите, чтобы добавить в память %Ln папки</numerusform>
                <numerusform>Отпустите, чтобы добавить в память %Ln папок</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>Drop to add %Ln files and folders to memory</source>
            <translation>
                <numerusform>Отпустите, чтобы добавить в память файлы и папки: %Ln</numerusform>
                <numerusform>Отпустите, чтобы добавить в память файлы и папки: %Ln</numerusform>
                <numerusform>Отпустите, чтобы добавить в память файлы и папки: %Ln</numerusform>
            </translation>
        </message>
    </context>
    <context>
        <name>EraseDialog</name>
        <message>
            <source>Erase for good</source>
            <translation>Стереть навсегда</translation>
        </message>
        <message>
            <source>Keep</source>
            <translation>Оставить</translation>
        </message>
        <message>
            <source>Erase this memory for good?</source>
            <translation>Стереть это воспоминание навсегда?</translation>
        </message>
        <message>
            <source>Erase {0} for good?</source>
            <translation>Стереть навсегда: {0}?</translation>
        </message>
        <message>
            <source>The text, its older versions, its meaning in numbers and its history go from every file of Magray. This cannot be taken back. Backups made before are named afterwards.</source>
            <translation>Текст, его старые версии, его смысл в числах и его история исчезнут из всех файлов Magray. Отменить это нельзя. Копии, сделанные раньше, будут названы после.</translation>
        </message>
        <message>
            <source>The file that it was read from is not touched; reading it again brings it back.</source>
            <translation>Файл, из которого он прочитан, не затрагивается; если прочитать его заново, воспоминание вернётся.</translation>
        </message>
    </context>
    <context>
        <name>Export</name>
        <message>
            <source>{0} cannot be written.</source>
            <translation>Файл {0} не удаётся записать.</translation>
        </message>
    </context>
    <context>
        <name>FilterBar</name>
        <message>
            <source>Search as the chat does</source>
            <translation>Искать, как в беседе</translation>
        </message>
        <message>
            <source>Search memories</source>
            <translation>Поиск в памяти</translation>
        </message>
        <message>
            <source>Finds by words and by meaning, and tells why each memory was found</source>
            <translation>Ищет по словам и по смыслу и говорит, почему каждое найдено</translation>
        </message>
        <message>
            <source>Any kind</source>
            <translation>Любой вид</translation>
        </message>
        <message numerus="yes">
            <source>%Ln kinds</source>
            <translation>
                <numerusform>%Ln вид</numerusform>
                <numerusform>%Ln вида</numerusform>
                <numerusform>%Ln видов</numerusform>
            </translation>
        </message>
        <message>
            <source>Any time</source>
            <translation>Любое время</translation>
        </message>
        <message>
            <source>More</source>
            <translation>Ещё</translation>
        </message>
        <message>
            <source>Take off: {0}</source>
            <translation>Убрать: {0}</translation>
        </message>
    </context>
    <context>
        <name>FindBar</name>
        <message>
            <source>Find in this document</source>
            <translation>Найти в этом документе</translation>
        </message>
        <message>
            <source>Previous match</source>
            <translation>Предыдущее совпадение</translation>
        </message>
        <message>
            <source>Next match</source>
            <translation>Следующее совпадение</translation>
        </message>
        <message>
            <source>Close the search</source>
            <translation>Закрыть поиск</translation>
        </message>
        <message>
            <source>more than {0}</source>
            <translation>больше {0}</translation>
        </message>
        <message>
            <source>Not found</source>
            <translation>Не найдено</translation>
        </message>
        <message>
            <source>{0} of {1}</source>
            <translation>{0} из {1}</translation>
        </message>
    </context>
    <context>
        <name>FlagEditor</name>
        <message>
            <source>On</source>
            <translation>Вкл.</translation>
        </message>
        <message>
            <source>Off</source>
            <translation>Выкл.</translation>
        </message>
    </context>
    <context>
        <name>Folders</name>
        <message>
            <source>In step</source>
            <translation>Обновляется</translation>
        </message>
        <message>
            <source>Looked through now and then</source>
            <translation>Просматривается время от времени</translation>
        </message>
        <message>
            <source>Looking through it</source>
            <translation>Просматривается</translation>
        </message>
        <message>
            <source>Paused</source>
            <translation>На паузе</translation>
        </message>
        <message>
            <source>Not there now</source>
            <translation>Сейчас её нет</translation>
        </message>
        <message>
            <source>1 waits to be read</source>
            <translation>1 ждёт чтения</translation>
        </message>
        <message>
            <source>{0} ignore patterns</source>
            <translation>Шаблонов исключения: {0}</translation>
        </message>
        <message>
            <source>1 ignore pattern</source>
            <translation>1 шаблон исключения</translation>
        </message>
        <message>
            <source>1 document</source>
            <translation>1 документ</translation>
        </message>
        <message numerus="yes">
            <source>%Ln documents</source>
            <translation>
                <numerusform>%Ln документ</numerusform>
                <numerusform>%Ln документа</numerusform>
                <numerusform>%Ln документов</numerusform>
            </translation>
        </message>
    </context>
    <context>
        <name>Giving</name>
        <message>
            <source>Attached for this chat only.</source>
            <translation>Добавлено только для этой беседы.</translation>
        </message>
        <message>
            <source>Read into memory instead</source>
            <translation>Прочитать в память</translation>
        </message>
        <message>
            <source>Files for this chat only…</source>
            <translation>Файлы только для этой беседы…</translation>
        </message>
        <message>
            <source>Files into memory…</source>
            <translation>Файлы в память…</translation>
        </message>
        <message>
            <source>Choose files</source>
            <translation>Выберите файлы</translation>
        </message>
        <message>
            <source>memory</source>
            <translation>воспоминание</translation>
        </message>
        <message>
            <source>folder, {0}</source>
            <translation>папка, {0}</translation>
        </message>
    </context>
    <context>
        <name>IngestActions</name>
        <message>
            <source>Open</source>
            <translation>Открыть</translation>
        </message>
        <message>
            <source>Show in folder</source>
            <translation>Показать в папке</translation>
        </message>
        <message>
            <source>Try again</source>
            <translation>Попробовать снова</translation>
        </message>
        <message>
            <source>Stop</source>
            <translation>Остановить</translation>
        </message>
        <message>
            <source>Add files…</source>
            <translation>Добавить файлы…</translation>
        </message>
        <message>
            <source>Add a folder…</source>
            <translation>Добавить папку…</translation>
        </message>
        <message>
            <source>Stop all that wait</source>
            <translation>Остановить все ожидающие</translation>
        </message>
        <message>
            <source>Clear finished from this list</source>
            <translation>Убрать готовые из списка</translation>
        </message>
    </context>
    <context>
        <name>IngestDetails</name>
        <message>
            <source>Try again</source>
            <translation>Попробовать снова</translation>
        </message>
        <message>
            <source>Stop</source>
            <translation>Остановить</translation>
        </message>
        <message>
            <source>Show in folder</source>
            <translation>Показать в папке</translation>
        </message>
        <message>
            <source>Open</source>
            <translation>Открыть</translation>
        </message>
        <message>
            <source>{0} selected</source>
            <translation>Выбрано: {0}</translation>
        </message>
        <message>
            <source>Without text: {0}.</source>
            <translation>Без текста: {0}.</translation>
        </message>
    </context>
    <context>
        <name>Ingestion</name>
        <message>
            <source>Waiting</source>
            <translation>Ждёт</translation>
        </message>
        <message>
            <source>Reading</source>
            <translation>Читается</translation>
        </message>
        <message>
            <source>Remembering</source>
            <translation>Запоминается</translation>
        </message>
        <message>
            <source>Read</source>
            <translation>Прочитан</translation>
        </message>
        <message>
            <source>Skipped</source>
            <translation>Пропущен</translation>
        </message>
        <message>
            <source>Failed</source>
            <translation>Не прочитан</translation>
        </message>
        <message>
            <source>Stopped</source>
            <translation>Остановлен</translation>
        </message>
        <message>
            <source>less than a minute left</source>
            <translation>осталось меньше минуты</translation>
        </message>
        <message>
            <source>about a minute left</source>
            <translation>осталось около минуты</translation>
        </message>
        <message numerus="yes">
            <source>about %Ln minutes left</source>
            <translation>
                <numerusform>осталась примерно %Ln минута</numerusform>
                <numerusform>осталось примерно %Ln минуты</numerusform>
                <numerusform>осталось примерно %Ln минут</numerusform>
            </translation>
        </message>
        <message>
            <source>about an hour left</source>
            <translation>осталось около часа</translation>
        </message>
        <message numerus="yes">
            <source>about %Ln hours left</source>
            <translation>
                <numerusform>остался примерно %Ln час</numerusform>
                <numerusform>осталось примерно %Ln часа</numerusform>
                <numerusform>осталось примерно %Ln часов</numerusform>
            </translation>
        </message>
        <message>
            <source>Paused at {0} of {1} files</source>
            <translation>Пауза: {0} из {1} файлов</translation>
        </message>
        <message>
            <source>Reading {0} of {1} files</source>
            <translation>Читаю {0} из {1} файлов</translation>
        </message>
        <message>
            <source>Paused before 1 file</source>
            <translation>Пауза перед 1 файлом</translation>
        </message>
        <message>
            <source>Reading 1 file</source>
            <translation>Читаю 1 файл</translation>
        </message>
        <message>
            <source>1 could not be read</source>
            <translation>1 не прочитан</translation>
        </message>
        <message numerus="yes">
            <source>%Ln could not be read</source>
            <translation>
                <numerusform>%Ln не прочитан</numerusform>
                <numerusform>%Ln не прочитаны</numerusform>
                <numerusform>%Ln не прочитано</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>%Ln skipped</source>
            <translation>
                <numerusform>%Ln пропущен</numerusform>
                <numerusform>%Ln пропущены</numerusform>
                <numerusform>%Ln пропущено</numerusform>
            </translation>
        </message>
        <message>
            <source>Nothing new was read</source>
            <translation>Ничего нового не прочитано</translation>
        </message>
        <message>
            <source>1 file was read</source>
            <translation>Прочитан 1 файл</translation>
        </message>
        <message numerus="yes">
            <source>%Ln files were read</source>
            <translation>
                <numerusform>Прочитан %Ln файл</numerusform>
                <numerusform>Прочитано %Ln файла</numerusform>
                <numerusform>Прочитано %Ln файлов</numerusform>
            </translation>
        </message>
    </context>
    <context>
        <name>IngestionPanel</name>
        <message>
            <source>Files being read</source>
            <translation>Чтение файлов</translation>
        </message>
        <message>
            <source>Files</source>
            <translation>Файлы</translation>
        </message>
        <message>
            <source>Pause</source>
            <translation>Пауза</translation>
        </message>
        <message>
            <source>Try failed again</source>
            <translation>Повторить непрочитанные</translation>
        </message>
        <message>
            <source>More</source>
            <translation>Ещё</translation>
        </message>
        <message>
            <source>Files read</source>
            <translation>Прочитано файлов</translation>
        </message>
        <message>
            <source>Which files are shown</source>
            <translation>Какие файлы показаны</translation>
        </message>
        <message>
            <source>Go on</source>
            <translation>Продолжить</translation>
        </message>
        <message>
            <source>All {0}</source>
            <translation>Все {0}</translation>
        </message>
        <message>
            <source>No file is in this state now</source>
            <translation>Сейчас таких файлов нет</translation>
        </message>
        <message>
            <source>Show all</source>
            <translation>Показать все</translation>
        </message>
        <message>
            <source>Nothing has been read yet</source>
            <translation>Пока ничего не прочитано</translation>
        </message>
        <message>
            <source>Drop files or folders anywhere on this window. They are read on this computer, and here you see how far each of them is.</source>
            <translation>Перетащите файлы или папки в любое место окна. Они читаются на этом компьютере, а здесь видно, как далеко продвинулся каждый.</translation>
        </message>
        <message>
            <source>Add files</source>
            <translation>Добавить файлы</translation>
        </message>
        <message>
            <source>Add a folder</source>
            <translation>Добавить папку</translation>
        </message>
    </context>
    <context>
        <name>IngestionStrip</name>
        <message>
            <source>Reading of files</source>
            <translation>Чтение файлов</translation>
        </message>
        <message>
            <source>Files read</source>
            <translation>Прочитано файлов</translation>
        </message>
        <message>
            <source>Details</source>
            <translation>Подробнее</translation>
        </message>
        <message>
            <source>Dismiss</source>
            <translation>Закрыть</translation>
        </message>
        <message>
            <source>Go on</source>
            <translation>Продолжить</translation>
        </message>
        <message>
            <source>Pause</source>
            <translation>Пауза</translation>
        </message>
        <message>
            <source>Goes on with the reading</source>
            <translation>Продолжает чтение</translation>
        </message>
        <message>
            <source>Pauses the reading; nothing is lost</source>
            <translation>Приостанавливает чтение, ничего не теряется</translation>
        </message>
    </context>
    <context>
        <name>LayerChip</name>
        <message>
            <source>Only {0}: {1}</source>
            <translation>Только {0}: {1}</translation>
        </message>
        <message>
            <source>What was said lately. Without use it fades after hours.</source>
            <translation>Недавно сказанное. Если не пригодится, угаснет через несколько часов.</translation>
        </message>
        <message>
            <source>What proved useful. It stays for a season.</source>
            <translation>То, что пригодилось. Остаётся на сезон.</translation>
        </message>
        <message>
            <source>Documents, notes and what lasts. It stays for ever.</source>
            <translation>Документы, заметки и то, что надолго. Остаётся навсегда.</translation>
        </message>
    </context>
    <context>
        <name>LayerMark</name>
        <message>
            <source>Interact</source>
            <translation>Interact</translation>
        </message>
        <message>
            <source>Insights</source>
            <translation>Insights</translation>
        </message>
        <message>
            <source>Assets</source>
            <translation>Assets</translation>
        </message>
    </context>
    <context>
        <name>Leads</name>
        <message>
            <source>This link leads to {0}. It is not opened.</source>
            <translation>Эта ссылка ведёт на {0}. Она не открывается.</translation>
        </message>
        <message>
            <source>This link leads out of Magray: {0}</source>
            <translation>Эта ссылка ведёт за пределы Magray: {0}</translation>
        </message>
        <message>
            <source>Open in the browser</source>
            <translation>Открыть в браузере</translation>
        </message>
        <message>
            <source>Save the code</source>
            <translation>Сохранить код</translation>
        </message>
        <message>
            <source>The code could not be saved: {0}</source>
            <translation>Код не удалось сохранить: {0}</translation>
        </message>
        <message>
            <source>Saved as {0}</source>
            <translation>Сохранено как {0}</translation>
        </message>
    </context>
    <context>
        <name>LifeSection</name>
        <message>
            <source>Life</source>
            <translation>Жизнь</translation>
        </message>
        <message>
            <source>{0}, last {1}</source>
            <translation>{0}, последний раз {1}</translation>
        </message>
        <message numerus="yes">
            <source>Said %Ln times more in nearly the same words</source>
            <translation>
                <numerusform>Сказано ещё %Ln раз почти теми же словами</numerusform>
                <numerusform>Сказано ещё %Ln раза почти теми же словами</numerusform>
                <numerusform>Сказано ещё %Ln раз почти теми же словами</numerusform>
            </translation>
        </message>
        <message>
            <source>1 older version</source>
            <translation>1 старая версия</translation>
        </message>
        <message numerus="yes">
            <source>%Ln older versions</source>
            <translation>
                <numerusform>%Ln старая версия</numerusform>
                <numerusform>%Ln старые версии</numerusform>
                <numerusform>%Ln старых версий</numerusform>
            </translation>
        </message>
        <message>
            <source>Read on {0}</source>
            <translation>Прочитано {0}</translation>
        </message>
        <message>
            <source>Written on {0}</source>
            <translation>Записано {0}</translation>
        </message>
        <message>
            <source>Remembered on {0}</source>
            <translation>Запомнено {0}</translation>
        </message>
        <message>
            <source>Deleted on {0}</source>
            <translation>Удалено {0}</translation>
        </message>
        <message>
            <source>Replaced by a newer one on {0}</source>
            <translation>Заменено новым {0}</translation>
        </message>
        <message>
            <source>In the archive since {0}</source>
            <translation>В архиве с {0}</translation>
        </message>
        <message>
            <source>Pinned: it never fades</source>
            <translation>Закреплено: не угаснет</translation>
        </message>
        <message>
            <source>Never fades</source>
            <translation>Не угаснет</translation>
        </message>
        <message>
            <source>Fades now</source>
            <translation>Угасает сейчас</translation>
        </message>
        <message>
            <source>Fades in {0}, on {1}</source>
            <translation>Угаснет через {0}, {1}</translation>
        </message>
        <message>
            <source>{0} on {1}</source>
            <translation>{0} на {1}</translation>
        </message>
    </context>
    <context>
        <name>ListMenus</name>
        <message>
            <source>Rename</source>
            <translation>Переименовать</translation>
        </message>
        <message>
            <source>Unpin</source>
            <translation>Открепить</translation>
        </message>
        <message>
            <source>Pin</source>
            <translation>Закрепить</translation>
        </message>
        <message>
            <source>Take out of the archive</source>
            <translation>Вернуть из архива</translation>
        </message>
        <message>
            <source>Archive</source>
            <translation>В архив</translation>
        </message>
        <message>
            <source>Tags…</source>
            <translation>Метки…</translation>
        </message>
        <message>
            <source>Export as Markdown…</source>
            <translation>Сохранить как Markdown…</translation>
        </message>
        <message>
            <source>Delete</source>
            <translation>Удалить</translation>
        </message>
        <message>
            <source>Remove the folder, keep its conversations</source>
            <translation>Убрать папку, беседы оставить</translation>
        </message>
        <message>
            <source>New folder</source>
            <translation>Новая папка</translation>
        </message>
        <message>
            <source>What is the folder called?</source>
            <translation>Как называется папка?</translation>
        </message>
        <message>
            <source>Move into it</source>
            <translation>Переместить</translation>
        </message>
        <message>
            <source>Cancel</source>
            <translation>Отмена</translation>
        </message>
        <message>
            <source>Move to folder</source>
            <translation>Переместить в папку</translation>
        </message>
        <message>
            <source>No folder</source>
            <translation>Без папки</translation>
        </message>
        <message>
            <source>New folder…</source>
            <translation>Новая папка…</translation>
        </message>
    </context>
    <context>
        <name>MainWindow</name>
        <message>
            <source>Shown</source>
            <translation>Показано</translation>
        </message>
        <message>
            <source>Hidden</source>
            <translation>Скрыто</translation>
        </message>
    </context>
    <context>
        <name>MapLegend</name>
        <message>
            <source>What the colours and marks of the map mean</source>
            <translation>Что значат цвета и знаки карты</translation>
        </message>
        <message>
            <source>Show {0}: {1}</source>
            <translation>Показать {0}: {1}</translation>
        </message>
        <message>
            <source>Show all of {0}</source>
            <translation>Показать всё из «{0}»</translation>
        </message>
    </context>
    <context>
        <name>MapScene</name>
        <message>
            <source>Without a name</source>
            <translation>Без названия</translation>
        </message>
    </context>
    <context>
        <name>MapView</name>
        <message>
            <source>Map of memories</source>
            <translation>Карта памяти</translation>
        </message>
        <message>
            <source>What colours mean</source>
            <translation>Что значат цвета</translation>
        </message>
        <message>
            <source>By subject</source>
            <translation>По темам</translation>
        </message>
        <message>
            <source>By layer</source>
            <translation>По слоям</translation>
        </message>
        <message>
            <source>Draw around memories (or hold Shift)</source>
            <translation>Обвести воспоминания (или удерживать Shift)</translation>
        </message>
        <message>
            <source>Farther</source>
            <translation>Дальше</translation>
        </message>
        <message>
            <source>Nearer</source>
            <translation>Ближе</translation>
        </message>
        <message>
            <source>Show everything</source>
            <translation>Показать всё</translation>
        </message>
        <message>
            <source>The map could not be drawn</source>
            <translation>Не удалось нарисовать карту</translation>
        </message>
        <message>
            <source>Try again</source>
            <translation>Попробовать снова</translation>
        </message>
        <message>
            <source>What is alike lies close together</source>
            <translation>Похожее лежит рядом</translation>
        </message>
        <message>
            <source>{0} so far · finding their places</source>
            <translation>Пока {0} · ищут свои места</translation>
        </message>
        <message>
            <source>{0} · still moving to their neighbours, {1} %</source>
            <translation>{0} · ещё сдвигаются к соседям, {1} %</translation>
        </message>
        <message>
            <source>{0} · {1} get a place once they are read</source>
            <translation>{0} · получат место после чтения: {1}</translation>
        </message>
        <message>
            <source>These memories have no places yet</source>
            <translation>У этих воспоминаний ещё нет мест</translation>
        </message>
        <message>
            <source>They are being read by the new model. The map fills as soon as that is done.</source>
            <translation>Их читает новая модель. Карта заполнится, как только она закончит.</translation>
        </message>
        <message>
            <source>Look again</source>
            <translation>Посмотреть снова</translation>
        </message>
        <message>
            <source>Nothing to map yet</source>
            <translation>Пока нечего наносить на карту</translation>
        </message>
        <message>
            <source>Here memories lie next to what they are like. It begins with a note or a file.</source>
            <translation>Здесь воспоминания лежат рядом с похожими. Начните с заметки или файла.</translation>
        </message>
        <message>
            <source>Write a note</source>
            <translation>Написать заметку</translation>
        </message>
        <message>
            <source>Add files</source>
            <translation>Добавить файлы</translation>
        </message>
        <message>
            <source>Nothing is like this</source>
            <translation>Ничего похожего</translation>
        </message>
        <message>
            <source>No memory fits all of these filters at once.</source>
            <translation>Ни одно воспоминание не подходит под все эти фильтры сразу.</translation>
        </message>
    </context>
    <context>
        <name>MapWords</name>
        <message>
            <source>What is alike lies close together. Arrows move the map, plus and minus zoom, zero shows everything, Tab goes from group to group, Space selects what is in the middle, Enter opens it, and Control and A select all that is seen.</source>
            <translation>Похожее лежит рядом. Стрелки двигают карту, плюс и минус меняют масштаб, ноль показывает всё, Tab идёт от группы к группе, пробел выбирает то, что в середине, Enter открывает, Control и A выбирают всё, что видно.</translation>
        </message>
    </context>
    <context>
        <name>MarkdownPane</name>
        <message>
            <source>Text of the document</source>
            <translation>Текст документа</translation>
        </message>
    </context>
    <context>
        <name>Memory</name>
        <message>
            <source>Sorts by when each was remembered</source>
            <translation>Сортирует по времени запоминания</translation>
        </message>
        <message>
            <source>Memory</source>
            <translation>Память</translation>
        </message>
        <message>
            <source>Source</source>
            <translation>Источник</translation>
        </message>
        <message>
            <source>Recalled</source>
            <translation>Обращений</translation>
        </message>
        <message>
            <source>Lives until</source>
            <translation>Живёт до</translation>
        </message>
        <message>
            <source>Why</source>
            <translation>Почему</translation>
        </message>
        <message>
            <source>message</source>
            <translation>сообщение</translation>
        </message>
        <message>
            <source>fact</source>
            <translation>факт</translation>
        </message>
        <message>
            <source>decision</source>
            <translation>решение</translation>
        </message>
        <message>
            <source>document passage</source>
            <translation>отрывок документа</translation>
        </message>
        <message>
            <source>code</source>
            <translation>код</translation>
        </message>
        <message>
            <source>note</source>
            <translation>заметка</translation>
        </message>
        <message>
            <source>Messages</source>
            <translation>Сообщения</translation>
        </message>
        <message>
            <source>Facts</source>
            <translation>Факты</translation>
        </message>
        <message>
            <source>Decisions</source>
            <translation>Решения</translation>
        </message>
        <message>
            <source>Document passages</source>
            <translation>Отрывки документов</translation>
        </message>
        <message>
            <source>Code</source>
            <translation>Код</translation>
        </message>
        <message>
            <source>Notes</source>
            <translation>Заметки</translation>
        </message>
        <message>
            <source>1 memory</source>
            <translation>1 воспоминание</translation>
        </message>
        <message numerus="yes">
            <source>%Ln memories</source>
            <translation>
                <numerusform>%Ln воспоминание</numerusform>
                <numerusform>%Ln воспоминания</numerusform>
                <numerusform>%Ln воспоминаний</numerusform>
            </translation>
        </message>
        <message>
            <source>today</source>
            <translation>сегодня</translation>
        </message>
        <message>
            <source>yesterday</source>
            <translation>вчера</translation>
        </message>
        <message>
            <source>conversation, {0}</source>
            <translation>беседа, {0}</translation>
        </message>
        <message>
            <source>note, {0}</source>
            <translation>заметка, {0}</translation>
        </message>
        <message>
            <source>fades now</source>
            <translation>угасает</translation>
        </message>
        <message>
            <source>under an hour</source>
            <translation>меньше часа</translation>
        </message>
        <message>
            <source>1 hour</source>
            <translation>1 час</translation>
        </message>
        <message numerus="yes">
            <source>%Ln hours</source>
            <translation>
                <numerusform>%Ln час</numerusform>
                <numerusform>%Ln часа</numerusform>
                <numerusform>%Ln часов</numerusform>
            </translation>
        </message>
        <message>
            <source>deleted</source>
            <translation>удалено</translation>
        </message>
        <message>
            <source>in the archive</source>
            <translation>в архиве</translation>
        </message>
        <message>
            <source>replaced</source>
            <translation>заменено</translation>
        </message>
        <message>
            <source>pinned</source>
            <translation>закреплено</translation>
        </message>
        <message>
            <source>for ever</source>
            <translation>всегда</translation>
        </message>
        <message>
            <source>never recalled</source>
            <translation>не понадобилось</translation>
        </message>
        <message>
            <source>recalled once</source>
            <translation>понадобилось один раз</translation>
        </message>
        <message numerus="yes">
            <source>recalled %Ln times</source>
            <translation>
                <numerusform>понадобилось %Ln раз</numerusform>
                <numerusform>понадобилось %Ln раза</numerusform>
                <numerusform>понадобилось %Ln раз</numerusform>
            </translation>
        </message>
        <message>
            <source>Words</source>
            <translation>Слова</translation>
        </message>
        <message>
            <source>Meaning</source>
            <translation>Смысл</translation>
        </message>
        <message>
            <source>Neighbours</source>
            <translation>Соседи</translation>
        </message>
        <message>
            <source>Whole text</source>
            <translation>Весь текст</translation>
        </message>
        <message>
            <source>Age, use, importance</source>
            <translation>Возраст, польза, важность</translation>
        </message>
        <message>
            <source>{0}, page {1}</source>
            <translation>{0}, страница {1}</translation>
        </message>
        <message>
            <source>Rose from {0} to {1}</source>
            <translation>Поднялось из {0} в {1}</translation>
        </message>
        <message>
            <source>Went down from {0} to {1}</source>
            <translation>Опустилось из {0} в {1}</translation>
        </message>
        <message>
            <source>Moved to {0}</source>
            <translation>Перемещено в «{0}»</translation>
        </message>
        <message>
            <source>Edited</source>
            <translation>Изменено</translation>
        </message>
        <message>
            <source>Rose a layer</source>
            <translation>Поднялось на слой</translation>
        </message>
        <message>
            <source>Went down a layer</source>
            <translation>Опустилось на слой</translation>
        </message>
        <message>
            <source>Kept for longer</source>
            <translation>Оставлено дольше</translation>
        </message>
        <message>
            <source>Faded into the archive</source>
            <translation>Угасло в архив</translation>
        </message>
        <message>
            <source>Put into the archive</source>
            <translation>Убрать в архив</translation>
        </message>
        <message>
            <source>Taken out of the archive</source>
            <translation>Взято из архива</translation>
        </message>
        <message>
            <source>Pinned</source>
            <translation>Закреплённые</translation>
        </message>
        <message>
            <source>Unpinned</source>
            <translation>Откреплено</translation>
        </message>
        <message>
            <source>Tags changed</source>
            <translation>Метки изменены</translation>
        </message>
        <message>
            <source>Merged</source>
            <translation>Объединено</translation>
        </message>
        <message>
            <source>Split</source>
            <translation>Разделить</translation>
        </message>
        <message>
            <source>Made of a session's turns</source>
            <translation>Сложено из реплик беседы</translation>
        </message>
        <message>
            <source>Replaced by a newer one</source>
            <translation>Заменено новым</translation>
        </message>
        <message>
            <source>Deleted</source>
            <translation>Удалённые</translation>
        </message>
        <message>
            <source>Brought back</source>
            <translation>Возвращено</translation>
        </message>
        <message>
            <source>Taken back</source>
            <translation>Отменено</translation>
        </message>
    </context>
    <context>
        <name>MemoryCommands</name>
        <message>
            <source>words</source>
            <translation>слова</translation>
        </message>
        <message>
            <source>path</source>
            <translation>путь</translation>
        </message>
        <message>
            <source>Look it up in memory</source>
            <translation>Найти в памяти</translation>
        </message>
        <message>
            <source>Show memories, or those that words find</source>
            <translation>Показать память или найденное по словам</translation>
        </message>
        <message>
            <source>Take back what was done last to memories</source>
            <translation>Отменить последнее действие с памятью</translation>
        </message>
        <message>
            <source>Merge repeats and group memories, now</source>
            <translation>Объединить повторы и сгруппировать, сейчас</translation>
        </message>
        <message>
            <source>What decides which memories stay</source>
            <translation>Что решает, какие воспоминания останутся</translation>
        </message>
        <message>
            <source>Make a backup, now</source>
            <translation>Сделать резервную копию сейчас</translation>
        </message>
        <message>
            <source>Which backups there are</source>
            <translation>Какие есть копии</translation>
        </message>
        <message>
            <source>Keep a folder in step, or say which are</source>
            <translation>Следить за папкой или показать, за какими следят</translation>
        </message>
        <message>
            <source>What goes on by itself; pause or go on</source>
            <translation>Что идёт само; приостановить или продолжить</translation>
        </message>
        <message>
            <source>Hold the memory's indexes against what is stored</source>
            <translation>Сверить указатели памяти с хранилищем</translation>
        </message>
        <message>
            <source>Build the memory's indexes anew</source>
            <translation>Построить указатели памяти заново</translation>
        </message>
        <message>
            <source>Nothing like this was found in your files and notes.</source>
            <translation>В ваших файлах и заметках ничего похожего нет.</translation>
        </message>
        <message>
            <source>There is nothing to take back.</source>
            <translation>Отменять нечего.</translation>
        </message>
        <message>
            <source>Tidying up is switched off in the settings. Nothing was done.</source>
            <translation>Наведение порядка выключено в настройках. Ничего не сделано.</translation>
        </message>
        <message>
            <source>merged</source>
            <translation>объединено</translation>
        </message>
        <message>
            <source>no longer true</source>
            <translation>больше не верно</translation>
        </message>
        <message>
            <source>sessions told in short</source>
            <translation>кратко пересказано бесед</translation>
        </message>
        <message>
            <source>grouped</source>
            <translation>сгруппировано</translation>
        </message>
        <message>
            <source>Everything is tidy; nothing was changed.</source>
            <translation>Всё в порядке; ничего не изменено.</translation>
        </message>
        <message>
            <source>Memories {0}. All texts are kept; “/undo” takes the last step back.</source>
            <translation>Воспоминания: {0}. Все тексты сохранены; «/undo» отменит последний шаг.</translation>
        </message>
        <message>
            <source>A backup of {0} was made and read back: {1}</source>
            <translation>Копия ({0}) сделана и прочитана для проверки: {1}</translation>
        </message>
        <message>
            <source>There is no backup yet. “/backup” makes one.</source>
            <translation>Копий пока нет. «/backup» сделает её.</translation>
        </message>
        <message numerus="yes">
            <source>%Ln memories stand in the store, and every index agrees.</source>
            <translation>
                <numerusform>В хранилище %Ln воспоминание, и все индексы с ним согласны.</numerusform>
                <numerusform>В хранилище %Ln воспоминания, и все индексы с ними согласны.</numerusform>
                <numerusform>В хранилище %Ln воспоминаний, и все индексы с ними согласны.</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>The indexes of %Ln memories were built anew.</source>
            <translation>
                <numerusform>Индексы %Ln воспоминания построены заново.</numerusform>
                <numerusform>Индексы %Ln воспоминаний построены заново.</numerusform>
                <numerusform>Индексы %Ln воспоминаний построены заново.</numerusform>
            </translation>
        </message>
        <message>
            <source>There is no folder {0}.</source>
            <translation>Папки {0} нет.</translation>
        </message>
        <message>
            <source>{0} is kept in step from now on.</source>
            <translation>За {0} теперь следят.</translation>
        </message>
        <message>
            <source>No folder is kept in step yet. Write a folder behind “/watch”.</source>
            <translation>Ни за одной папкой пока не следят. Напишите папку после «/watch».</translation>
        </message>
        <message>
            <source>at work</source>
            <translation>в работе</translation>
        </message>
        <message>
            <source>waits</source>
            <translation>ждёт</translation>
        </message>
        <message>
            <source>rests until its time</source>
            <translation>отдыхает до своего времени</translation>
        </message>
        <message>
            <source>paused</source>
            <translation>на паузе</translation>
        </message>
        <message>
            <source>in step</source>
            <translation>обновляется</translation>
        </message>
        <message>
            <source>in step, looked through every few minutes</source>
            <translation>обновляется, просматривается раз в несколько минут</translation>
        </message>
        <message>
            <source>is looked through</source>
            <translation>просматривается</translation>
        </message>
        <message>
            <source>not there now; its documents are kept</source>
            <translation>сейчас её нет; документы сохранены</translation>
        </message>
    </context>
    <context>
        <name>MemoryDeeds</name>
        <message>
            <source>Raised: {0}</source>
            <translation>Повышено: {0}</translation>
        </message>
        <message>
            <source>Lowered: {0}</source>
            <translation>Понижено: {0}</translation>
        </message>
        <message>
            <source>Kept for longer: {0}</source>
            <translation>Оставлено дольше: {0}</translation>
        </message>
        <message>
            <source>Put into the archive: {0}</source>
            <translation>Убрано в архив: {0}</translation>
        </message>
        <message>
            <source>Taken out of the archive: {0}</source>
            <translation>Взято из архива: {0}</translation>
        </message>
        <message>
            <source>Pinned: {0}</source>
            <translation>Закреплено: {0}</translation>
        </message>
        <message>
            <source>Unpinned: {0}</source>
            <translation>Откреплено: {0}</translation>
        </message>
        <message>
            <source>Tags changed: {0}</source>
            <translation>Метки изменены: {0}</translation>
        </message>
        <message>
            <source>Merged: {0}</source>
            <translation>Объединено: {0}</translation>
        </message>
        <message>
            <source>Split</source>
            <translation>Разделить</translation>
        </message>
        <message>
            <source>Replaced: {0}</source>
            <translation>Заменено: {0}</translation>
        </message>
        <message>
            <source>Moved: {0}</source>
            <translation>Перемещено: {0}</translation>
        </message>
        <message>
            <source>Changed: {0}</source>
            <translation>Изменено: {0}</translation>
        </message>
        <message>
            <source>Taken back: 1 memory is as before</source>
            <translation>Отменено: 1 воспоминание как прежде</translation>
        </message>
        <message>
            <source>Taken back: {0} are as before</source>
            <translation>Отменено: как прежде {0}</translation>
        </message>
        <message>
            <source>Saved. The text before is kept as an older version.</source>
            <translation>Сохранено. Прежний текст остался старой версией.</translation>
        </message>
        <message>
            <source>Undo</source>
            <translation>Вернуть</translation>
        </message>
        <message>
            <source>Saving</source>
            <translation>Сохранение</translation>
        </message>
        <message>
            <source>There is nothing to take back.</source>
            <translation>Отменять нечего.</translation>
        </message>
        <message>
            <source>Nothing had to be changed.</source>
            <translation>Менять было нечего.</translation>
        </message>
        <message>
            <source>Deleted: {0}</source>
            <translation>Удалено: {0}</translation>
        </message>
        <message>
            <source>Brought back: {0}</source>
            <translation>Возвращено: {0}</translation>
        </message>
        <message>
            <source>Copied: {0}</source>
            <translation>Скопировано: {0}</translation>
        </message>
        <message>
            <source>Remembered for ever</source>
            <translation>Запомнено навсегда</translation>
        </message>
        <message>
            <source>Choose two memories or more: merging makes one of them.</source>
            <translation>Выберите два воспоминания или больше: из них получится одно.</translation>
        </message>
        <message numerus="yes">
            <source>These are too many to become one. Choose %Ln at most.</source>
            <translation>
                <numerusform>Этого слишком много для одного. Выберите не больше %Ln.</numerusform>
                <numerusform>Этого слишком много для одного. Выберите не больше %Ln.</numerusform>
                <numerusform>Этого слишком много для одного. Выберите не больше %Ln.</numerusform>
            </translation>
        </message>
        <message>
            <source>Erased for good: {0}</source>
            <translation>Стёрто навсегда: {0}</translation>
        </message>
        <message>
            <source>Export {0}</source>
            <translation>Сохранить в файл: {0}</translation>
        </message>
        <message>
            <source>JSON Lines (*.jsonl)</source>
            <translation>JSON Lines (*.jsonl)</translation>
        </message>
        <message>
            <source>All files (*)</source>
            <translation>Все файлы (*)</translation>
        </message>
        <message>
            <source>{0} written to {1}</source>
            <translation>{0} — записано в {1}</translation>
        </message>
        <message>
            <source>Writing the file</source>
            <translation>Запись файла</translation>
        </message>
        <message>
            <source>The file could not be written: {0}. Choose another place.</source>
            <translation>Файл не удалось записать: {0}. Выберите другое место.</translation>
        </message>
        <message>
            <source>Changing memories</source>
            <translation>Изменение воспоминаний</translation>
        </message>
    </context>
    <context>
        <name>MemoryFilter</name>
        <message>
            <source>From documents</source>
            <translation>Из документов</translation>
        </message>
        <message>
            <source>From conversations</source>
            <translation>Из бесед</translation>
        </message>
        <message>
            <source>Written as notes</source>
            <translation>Из заметок</translation>
        </message>
        <message>
            <source>Fades within a day</source>
            <translation>Угаснет за день</translation>
        </message>
        <message>
            <source>Fades within a week</source>
            <translation>Угаснет за неделю</translation>
        </message>
        <message>
            <source>Fades within a month</source>
            <translation>Угаснет за месяц</translation>
        </message>
        <message>
            <source>Any time</source>
            <translation>Любое время</translation>
        </message>
        <message>
            <source>Today</source>
            <translation>Сегодня</translation>
        </message>
        <message>
            <source>The last 7 days</source>
            <translation>Последние 7 дней</translation>
        </message>
        <message>
            <source>The last 30 days</source>
            <translation>Последние 30 дней</translation>
        </message>
        <message>
            <source>This year</source>
            <translation>Этот год</translation>
        </message>
        <message>
            <source>Since {0}</source>
            <translation>С {0}</translation>
        </message>
        <message>
            <source>Until {0}</source>
            <translation>До {0}</translation>
        </message>
        <message>
            <source>Any kind</source>
            <translation>Любой вид</translation>
        </message>
        <message>
            <source>From one day to another…</source>
            <translation>С одного дня по другой…</translation>
        </message>
        <message>
            <source>One conversation</source>
            <translation>Одна беседа</translation>
        </message>
        <message>
            <source>Tag</source>
            <translation>Метка</translation>
        </message>
        <message>
            <source>Pinned</source>
            <translation>Закреплённые</translation>
        </message>
        <message>
            <source>As of a past day…</source>
            <translation>Как было в прошлый день…</translation>
        </message>
        <message>
            <source>Replaced by newer ones</source>
            <translation>Заменённые новыми</translation>
        </message>
        <message>
            <source>Archive</source>
            <translation>В архив</translation>
        </message>
        <message>
            <source>Deleted</source>
            <translation>Удалённые</translation>
        </message>
        <message>
            <source>One document</source>
            <translation>Один документ</translation>
        </message>
        <message>
            <source>Fades soon</source>
            <translation>Скоро угаснет</translation>
        </message>
    </context>
    <context>
        <name>MemoryMenu</name>
        <message>
            <source>Open source</source>
            <translation>Открыть источник</translation>
        </message>
        <message>
            <source>Only from this source</source>
            <translation>Только из этого источника</translation>
        </message>
        <message>
            <source>Bring back</source>
            <translation>Вернуть</translation>
        </message>
        <message>
            <source>Copy the text</source>
            <translation>Копировать текст</translation>
        </message>
        <message>
            <source>Edit</source>
            <translation>Править</translation>
        </message>
        <message>
            <source>Pin</source>
            <translation>Закрепить</translation>
        </message>
        <message>
            <source>Unpin</source>
            <translation>Открепить</translation>
        </message>
        <message>
            <source>Tags…</source>
            <translation>Метки…</translation>
        </message>
        <message>
            <source>Raise a layer</source>
            <translation>На слой выше</translation>
        </message>
        <message>
            <source>Lower a layer</source>
            <translation>На слой ниже</translation>
        </message>
        <message>
            <source>Move to {0}</source>
            <translation>Переместить в {0}</translation>
        </message>
        <message>
            <source>Keep for longer</source>
            <translation>Хранить дольше</translation>
        </message>
        <message>
            <source>Put into the archive</source>
            <translation>Убрать в архив</translation>
        </message>
        <message>
            <source>Take out of the archive</source>
            <translation>Вернуть из архива</translation>
        </message>
        <message>
            <source>Split…</source>
            <translation>Разделить…</translation>
        </message>
        <message>
            <source>Merge…</source>
            <translation>Объединить…</translation>
        </message>
        <message>
            <source>Export…</source>
            <translation>Сохранить в файл…</translation>
        </message>
        <message>
            <source>Delete</source>
            <translation>Удалить</translation>
        </message>
        <message>
            <source>Erase for good…</source>
            <translation>Стереть навсегда…</translation>
        </message>
    </context>
    <context>
        <name>MemoryPage</name>
        <message>
            <source>Memory</source>
            <translation>Память</translation>
        </message>
        <message>
            <source>Write a note</source>
            <translation>Написать заметку</translation>
        </message>
        <message>
            <source>Write a note ({0})</source>
            <translation>Написать заметку ({0})</translation>
        </message>
        <message numerus="yes">
            <source>%Ln found</source>
            <translation>
                <numerusform>найдено %Ln</numerusform>
                <numerusform>найдено %Ln</numerusform>
                <numerusform>найдено %Ln</numerusform>
            </translation>
        </message>
        <message>
            <source>What you typed is not saved yet.</source>
            <translation>Набранное ещё не сохранено.</translation>
        </message>
        <message>
            <source>Go on typing</source>
            <translation>Продолжить</translation>
        </message>
    </context>
    <context>
        <name>MemoryTable</name>
        <message>
            <source>Memories</source>
            <translation>Воспоминания</translation>
        </message>
        <message>
            <source>Arrow keys walk, Enter opens the source, Delete deletes, Ctrl+A selects everything</source>
            <translation>Стрелки ведут по строкам, Enter открывает источник, Delete удаляет, Ctrl+A выбирает всё</translation>
        </message>
        <message>
            <source>in the archive</source>
            <translation>в архиве</translation>
        </message>
        <message>
            <source>for ever</source>
            <translation>всегда</translation>
        </message>
    </context>
    <context>
        <name>MemoryTableView</name>
        <message>
            <source>The memories could not be listed</source>
            <translation>Не удалось показать воспоминания</translation>
        </message>
        <message>
            <source>Try again</source>
            <translation>Попробовать снова</translation>
        </message>
        <message>
            <source>Nothing is remembered yet</source>
            <translation>Пока ничего не запомнено</translation>
        </message>
        <message>
            <source>What you tell Magray and the files that you give it are kept here, on this computer. You can look at all of it, change it, and take any of it away.</source>
            <translation>То, что вы говорите Magray, и файлы, которые вы даёте, хранятся здесь, на этом компьютере. Всё это можно смотреть, менять и убирать.</translation>
        </message>
        <message>
            <source>Write a note</source>
            <translation>Написать заметку</translation>
        </message>
        <message>
            <source>Add files</source>
            <translation>Добавить файлы</translation>
        </message>
        <message>
            <source>Nothing answers these words</source>
            <translation>По этим словам ничего нет</translation>
        </message>
        <message>
            <source>Other words may find it, or fewer filters.</source>
            <translation>Попробуйте другие слова или меньше фильтров.</translation>
        </message>
        <message>
            <source>Show everything</source>
            <translation>Показать всё</translation>
        </message>
        <message>
            <source>Nothing like this was known then</source>
            <translation>Тогда ничего такого не было известно</translation>
        </message>
        <message>
            <source>A later day may show more.</source>
            <translation>Более поздний день может показать больше.</translation>
        </message>
        <message>
            <source>Back to today</source>
            <translation>Вернуться к сегодня</translation>
        </message>
        <message>
            <source>Nothing is like this</source>
            <translation>Ничего похожего</translation>
        </message>
        <message>
            <source>No memory fits all of these filters at once.</source>
            <translation>Ни одно воспоминание не подходит под все эти фильтры сразу.</translation>
        </message>
    </context>
    <context>
        <name>MergeDialog</name>
        <message>
            <source>Merge memories</source>
            <translation>Объединить воспоминания</translation>
        </message>
        <message>
            <source>{0} become one. What shall it say?</source>
            <translation>{0} станут одним. Что в нём будет сказано?</translation>
        </message>
        <message>
            <source>Merge</source>
            <translation>Объединить</translation>
        </message>
        <message>
            <source>The text of the one memory</source>
            <translation>Текст общего воспоминания</translation>
        </message>
        <message>
            <source>The others stay, hidden behind it; “Replaced by newer ones” in the filters shows them.</source>
            <translation>Остальные сохраняются, скрытые за ним; их покажет фильтр «Заменённые новыми».</translation>
        </message>
    </context>
    <context>
        <name>MessageActions</name>
        <message>
            <source>Copy</source>
            <translation>Копировать</translation>
        </message>
        <message>
            <source>What was searched</source>
            <translation>Что найдено</translation>
        </message>
        <message>
            <source>Remember this</source>
            <translation>Запомнить</translation>
        </message>
        <message>
            <source>Try again</source>
            <translation>Попробовать снова</translation>
        </message>
        <message>
            <source>Ask again in other words</source>
            <translation>Спросить другими словами</translation>
        </message>
        <message>
            <source>Edit</source>
            <translation>Править</translation>
        </message>
        <message>
            <source>Answer anew</source>
            <translation>Ответить заново</translation>
        </message>
        <message>
            <source>Go on</source>
            <translation>Продолжить</translation>
        </message>
        <message>
            <source>Quote in the next question</source>
            <translation>Процитировать в следующем вопросе</translation>
        </message>
        <message>
            <source>What the model saw</source>
            <translation>Что видела модель</translation>
        </message>
        <message>
            <source>Pin</source>
            <translation>Закрепить</translation>
        </message>
        <message>
            <source>Unpin</source>
            <translation>Открепить</translation>
        </message>
        <message>
            <source>Undo what was remembered</source>
            <translation>Отменить запомненное</translation>
        </message>
        <message>
            <source>Delete</source>
            <translation>Удалить</translation>
        </message>
        <message>
            <source>Version before</source>
            <translation>Предыдущая версия</translation>
        </message>
        <message>
            <source>Version after</source>
            <translation>Следующая версия</translation>
        </message>
        <message>
            <source>More about this message</source>
            <translation>Ещё об этом сообщении</translation>
        </message>
        <message>
            <source>{0} / {1}</source>
            <translation>{0} / {1}</translation>
        </message>
        <message>
            <source>Version {0} of {1}</source>
            <translation>Версия {0} из {1}</translation>
        </message>
        <message>
            <source>Copy the question</source>
            <translation>Копировать вопрос</translation>
        </message>
        <message>
            <source>Copy the answer</source>
            <translation>Копировать ответ</translation>
        </message>
    </context>
    <context>
        <name>MessageBar</name>
        <message>
            <source>Dismiss</source>
            <translation>Закрыть</translation>
        </message>
    </context>
    <context>
        <name>ModelButton</name>
        <message>
            <source>Quoting from memory</source>
            <translation>Цитаты из памяти</translation>
        </message>
        <message>
            <source>Answers are sentences from your files, word for word. No language model is asked.</source>
            <translation>Ответы — предложения из ваших файлов, слово в слово. Языковая модель не используется.</translation>
        </message>
        <message>
            <source>Who answers: {0}</source>
            <translation>Кто отвечает: {0}</translation>
        </message>
        <message>
            <source>free, on this computer</source>
            <translation>бесплатно, на этом компьютере</translation>
        </message>
        <message>
            <source>Set up language models…</source>
            <translation>Настроить языковые модели…</translation>
        </message>
    </context>
    <context>
        <name>ModelCard</name>
        <message>
            <source>Download of {0}</source>
            <translation>Загрузка {0}</translation>
        </message>
        <message>
            <source>Cancel</source>
            <translation>Отмена</translation>
        </message>
        <message>
            <source>Precision of {0}</source>
            <translation>Точность {0}</translation>
        </message>
        <message>
            <source>Download</source>
            <translation>Загрузить</translation>
        </message>
        <message>
            <source>Go on downloading</source>
            <translation>Догрузить</translation>
        </message>
        <message>
            <source>Use</source>
            <translation>Использовать</translation>
        </message>
        <message>
            <source>Check</source>
            <translation>Проверить</translation>
        </message>
        <message>
            <source>Remove</source>
            <translation>Удалить</translation>
        </message>
        <message>
            <source>In use</source>
            <translation>Используется</translation>
        </message>
        <message>
            <source>Came with Magray</source>
            <translation>Входит в Magray</translation>
        </message>
        <message>
            <source>On this computer</source>
            <translation>На этом компьютере</translation>
        </message>
        <message>
            <source>Damaged</source>
            <translation>Повреждена</translation>
        </message>
        <message>
            <source>Partly downloaded</source>
            <translation>Загружена частично</translation>
        </message>
        <message>
            <source>Not downloaded</source>
            <translation>Не загружена</translation>
        </message>
        <message>
            <source>about a hundred languages</source>
            <translation>около ста языков</translation>
        </message>
        <message>
            <source>{0} dimensions</source>
            <translation>измерений: {0}</translation>
        </message>
        <message>
            <source>{0} on disk</source>
            <translation>на диске {0}</translation>
        </message>
        <message>
            <source>size not known</source>
            <translation>размер неизвестен</translation>
        </message>
    </context>
    <context>
        <name>Models</name>
        <message>
            <source>free, on this computer</source>
            <translation>бесплатно, на этом компьютере</translation>
        </message>
        <message>
            <source>leaves this computer</source>
            <translation>покидает этот компьютер</translation>
        </message>
        <message>
            <source>${0} in, ${1} out for a million tokens</source>
            <translation>${0} за миллион токенов на входе, ${1} на выходе</translation>
        </message>
    </context>
    <context>
        <name>ModelsPanel</name>
        <message>
            <source>Add a model from a folder</source>
            <translation>Добавить модель из папки</translation>
        </message>
        <message>
            <source>Add a model from a zip file</source>
            <translation>Добавить модель из zip-файла</translation>
        </message>
        <message>
            <source>Embedders</source>
            <translation>Модели поиска</translation>
        </message>
        <message>
            <source>Rerankers</source>
            <translation>Переранжировщики</translation>
        </message>
        <message>
            <source>Local chat models</source>
            <translation>Модели беседы на этом компьютере</translation>
        </message>
        <message>
            <source>One is in use. Another one embeds everything anew in the background; search goes on.</source>
            <translation>Работает одна. Другая заново обработает всё в фоне; поиск не прервётся.</translation>
        </message>
        <message>
            <source>Read close hits a second time. Not needed, and slow without a graphics card.</source>
            <translation>Перечитывают почти равное. Не обязательны, без видеокарты медленны.</translation>
        </message>
        <message>
            <source>Write answers on this computer alone.</source>
            <translation>Пишут ответы только на этом компьютере.</translation>
        </message>
        <message>
            <source>Models take {0} on this computer.</source>
            <translation>Модели занимают {0}.</translation>
        </message>
        <message>
            <source>Remove {0} from this computer? It frees {1} and can be downloaded again.</source>
            <translation>Удалить {0} с этого компьютера? Освободится {1}, загрузить можно снова.</translation>
        </message>
        <message>
            <source>Remove</source>
            <translation>Удалить</translation>
        </message>
        <message>
            <source>Keep</source>
            <translation>Оставить</translation>
        </message>
        <message>
            <source>Add a model</source>
            <translation>Добавить модель</translation>
        </message>
        <message>
            <source>Zip files (*.zip)</source>
            <translation>Файлы zip (*.zip)</translation>
        </message>
    </context>
    <context>
        <name>NoteDialog</name>
        <message>
            <source>Write a note</source>
            <translation>Написать заметку</translation>
        </message>
        <message>
            <source>It goes to Assets, where it stays for ever and is found like everything else.</source>
            <translation>Она попадёт в Assets, останется там навсегда и найдётся, как всё остальное.</translation>
        </message>
        <message>
            <source>Remember</source>
            <translation>Запомнить</translation>
        </message>
        <message>
            <source>What should be remembered</source>
            <translation>Что запомнить</translation>
        </message>
        <message>
            <source>The note</source>
            <translation>Заметка</translation>
        </message>
        <message>
            <source>Title, if it needs one</source>
            <translation>Название, если нужно</translation>
        </message>
        <message>
            <source>Title</source>
            <translation>Название</translation>
        </message>
        <message>
            <source>Tags, with commas between them</source>
            <translation>Метки через запятую</translation>
        </message>
        <message>
            <source>Tags</source>
            <translation>Метки</translation>
        </message>
    </context>
    <context>
        <name>Operations</name>
        <message>
            <source>That did not work ({0}). What was stored before is kept. The log holds the details.</source>
            <translation>Не получилось ({0}). Всё сохранённое раньше цело. Подробности в журнале.</translation>
        </message>
    </context>
    <context>
        <name>OptionRow</name>
        <message>
            <source>Back to the default</source>
            <translation>Вернуть по умолчанию</translation>
        </message>
        <message>
            <source>{0}: back to the default</source>
            <translation>{0}: вернуть по умолчанию</translation>
        </message>
        <message>
            <source>Set by the environment ({0}) and locked here.</source>
            <translation>Задано переменной среды {0}, здесь не меняется.</translation>
        </message>
        <message>
            <source>Given on the command line and locked here.</source>
            <translation>Задано в командной строке, здесь не меняется.</translation>
        </message>
        <message>
            <source>Changed; the default is {0}.</source>
            <translation>Изменено; по умолчанию {0}.</translation>
        </message>
        <message>
            <source>Preset by the profile.</source>
            <translation>Задано профилем.</translation>
        </message>
        <message>
            <source>on</source>
            <translation>вкл.</translation>
        </message>
        <message>
            <source>off</source>
            <translation>выкл.</translation>
        </message>
        <message>
            <source>empty</source>
            <translation>пусто</translation>
        </message>
    </context>
    <context>
        <name>Options</name>
        <message>
            <source>Data folder</source>
            <translation>Папка данных</translation>
        </message>
        <message>
            <source>Everything that Magray keeps lies here. Start it with --data-dir to use another one.</source>
            <translation>Здесь лежит всё, что хранит Magray. Чтобы взять другую, запустите его с --data-dir.</translation>
        </message>
        <message>
            <source>Profile</source>
            <translation>Профиль</translation>
        </message>
        <message>
            <source>Presets for this kind of computer. What you set yourself wins over it.</source>
            <translation>Заготовки для такого компьютера. То, что вы задали сами, важнее.</translation>
        </message>
        <message>
            <source>Offline</source>
            <translation>Без сети</translation>
        </message>
        <message>
            <source>Reach nothing beyond this computer, whatever else is set up.</source>
            <translation>Не выходить за пределы этого компьютера, что бы ни было настроено.</translation>
        </message>
        <message>
            <source>Log</source>
            <translation>Журнал</translation>
        </message>
        <message>
            <source>How much the log file holds. Your texts and keys are never in it.</source>
            <translation>Как подробно пишется журнал. Ваших текстов и ключей в нём не бывает.</translation>
        </message>
        <message>
            <source>Interact remembers, hours</source>
            <translation>Interact помнит, часов</translation>
        </message>
        <message>
            <source>What was said lately stays at hand this long.</source>
            <translation>Недавно сказанное остаётся под рукой столько времени.</translation>
        </message>
        <message>
            <source>Insights remembers, days</source>
            <translation>Insights помнит, дней</translation>
        </message>
        <message>
            <source>What proved useful stays this long; Assets stays for ever.</source>
            <translation>То, что пригодилось, хранится столько; Assets — всегда.</translation>
        </message>
        <message>
            <source>Erase the archive after, days</source>
            <translation>Стирать архив через, дней</translation>
        </message>
        <message>
            <source>What has cooled for so long is erased for good, from the conversations it was said in too. 0 keeps it for ever.</source>
            <translation>Что пролежало в архиве столько, стирается навсегда, и из бесед, где это сказано, тоже. 0 — хранить всегда.</translation>
        </message>
        <message>
            <source>Embedder</source>
            <translation>Модель поиска</translation>
        </message>
        <message>
            <source>The model that finds texts by meaning. Choose it above.</source>
            <translation>Модель, которая находит тексты по смыслу. Выберите её выше.</translation>
        </message>
        <message>
            <source>Threads</source>
            <translation>Потоки</translation>
        </message>
        <message>
            <source>Processor threads of one computation; 0 uses every core.</source>
            <translation>Потоки процессора для одного вычисления; 0 — все ядра.</translation>
        </message>
        <message>
            <source>Tokens in a batch</source>
            <translation>Токенов в пачке</translation>
        </message>
        <message>
            <source>A processor is fastest while a batch fits its cache.</source>
            <translation>Процессор быстрее всего, пока пачка помещается в его кэш.</translation>
        </message>
        <message>
            <source>Vectors kept in memory, MB</source>
            <translation>Векторы в памяти, МБ</translation>
        </message>
        <message>
            <source>0 takes half a percent of this computer's memory, 64 at most.</source>
            <translation>0 — полпроцента памяти компьютера, но не больше 64.</translation>
        </message>
        <message>
            <source>Vectors cached on disk, days</source>
            <translation>Векторы на диске, дней</translation>
        </message>
        <message>
            <source>An unused vector is thrown away after this time and computed again if needed.</source>
            <translation>Неиспользуемый вектор удаляется через это время и при нужде считается снова.</translation>
        </message>
        <message>
            <source>Compute on</source>
            <translation>Вычислять на</translation>
        </message>
        <message>
            <source>auto takes the fastest by measurement; cpu, cuda, cuda:1, directml or coreml forces one.</source>
            <translation>auto — самое быстрое по замеру; cpu, cuda, cuda:1, directml или coreml — только оно.</translation>
        </message>
        <message>
            <source>Failures before a device rests</source>
            <translation>Сбоев до отдыха устройства</translation>
        </message>
        <message>
            <source>After so many in a row the processor takes over.</source>
            <translation>После стольких подряд считает процессор.</translation>
        </message>
        <message>
            <source>A device rests, seconds</source>
            <translation>Устройство отдыхает, секунд</translation>
        </message>
        <message>
            <source>Then it is tried again.</source>
            <translation>Потом его пробуют снова.</translation>
        </message>
        <message>
            <source>Longest batch on a graphics card, seconds</source>
            <translation>Самая долгая пачка на видеокарте, секунд</translation>
        </message>
        <message>
            <source>One that takes longer is computed by the processor instead.</source>
            <translation>Если дольше, её посчитает процессор.</translation>
        </message>
        <message>
            <source>Batches at the same time</source>
            <translation>Пачек одновременно</translation>
        </message>
        <message>
            <source>On a graphics card; 0 takes what suits it.</source>
            <translation>На видеокарте; 0 — сколько ей подходит.</translation>
        </message>
        <message>
            <source>Unused models leave memory after, minutes</source>
            <translation>Неиспользуемые модели покидают память, минут</translation>
        </message>
        <message>
            <source>0 keeps them for ever.</source>
            <translation>0 — не покидают.</translation>
        </message>
        <message>
            <source>Models come from</source>
            <translation>Откуда берутся модели</translation>
        </message>
        <message>
            <source>Address of the Hugging Face hub or of a mirror. Nothing is fetched unless you ask.</source>
            <translation>Адрес Hugging Face или его зеркала. Без вашей просьбы ничего не загружается.</translation>
        </message>
        <message>
            <source>Neighbours in the graph</source>
            <translation>Соседей в графе</translation>
        </message>
        <message>
            <source>HNSW M. More finds better and takes more memory.</source>
            <translation>M в HNSW. Больше — точнее, но больше памяти.</translation>
        </message>
        <message>
            <source>Width while building</source>
            <translation>Ширина при построении</translation>
        </message>
        <message>
            <source>HNSW ef_construction. More builds slower and finds better.</source>
            <translation>ef_construction в HNSW. Больше — строится дольше, ищет точнее.</translation>
        </message>
        <message>
            <source>Search exactly below</source>
            <translation>Точный поиск до</translation>
        </message>
        <message>
            <source>Smaller layers are searched one by one.</source>
            <translation>Меньшие слои просматриваются целиком.</translation>
        </message>
        <message>
            <source>New vectors waiting</source>
            <translation>Новых векторов в очереди</translation>
        </message>
        <message>
            <source>So many may wait before they join the graph. They are found meanwhile.</source>
            <translation>Столько может ждать включения в граф; находятся они и так.</translation>
        </message>
        <message>
            <source>Vectors joined at once</source>
            <translation>Векторов за раз</translation>
        </message>
        <message>
            <source>Searches get their turn after each slice.</source>
            <translation>После каждой порции очередь поиска.</translation>
        </message>
        <message>
            <source>Rebuild above this share of deleted</source>
            <translation>Перестроить при доле удалённых</translation>
        </message>
        <message>
            <source>0.25 is a quarter.</source>
            <translation>0,25 — четверть.</translation>
        </message>
        <message>
            <source>Keep full vectors as</source>
            <translation>Хранить полные векторы как</translation>
        </message>
        <message>
            <source>fp16 and int8 take less memory: they lie in a file beside a graph of shorter vectors.</source>
            <translation>fp16 и int8 занимают меньше памяти: они лежат в файле рядом с графом более коротких векторов.</translation>
        </message>
        <message>
            <source>Numbers of a vector in such a graph</source>
            <translation>Чисел вектора в таком графе</translation>
        </message>
        <message>
            <source>0 takes 256 where vectors are long.</source>
            <translation>0 берёт 256, если векторы длинные.</translation>
        </message>
        <message>
            <source>Hits of a search</source>
            <translation>Найденного за раз</translation>
        </message>
        <message>
            <source>Where no number is given.</source>
            <translation>Если число не указано.</translation>
        </message>
        <message>
            <source>Search width in Interact</source>
            <translation>Ширина поиска в Interact</translation>
        </message>
        <message>
            <source>More is slower and finds better.</source>
            <translation>Больше — медленнее и точнее.</translation>
        </message>
        <message>
            <source>Search width in Insights</source>
            <translation>Ширина поиска в Insights</translation>
        </message>
        <message>
            <source>Search width in Assets</source>
            <translation>Ширина поиска в Assets</translation>
        </message>
        <message>
            <source>Read close hits again</source>
            <translation>Перечитывать близкое</translation>
        </message>
        <message>
            <source>A reranker reads what stands close together. Auto does so where it is fast enough.</source>
            <translation>Переранжировщик читает почти равное. Авто — если успевает.</translation>
        </message>
        <message>
            <source>Reranker</source>
            <translation>Переранжировщик</translation>
        </message>
        <message>
            <source>By its catalogue name; empty takes the smallest installed.</source>
            <translation>Имя из каталога; пусто — самый малый из установленных.</translation>
        </message>
        <message>
            <source>Passages read again</source>
            <translation>Перечитываемых отрывков</translation>
        </message>
        <message>
            <source>At most.</source>
            <translation>Не больше.</translation>
        </message>
        <message>
            <source>Time for it, milliseconds</source>
            <translation>Время на это, миллисекунд</translation>
        </message>
        <message>
            <source>After that the order stands as it was.</source>
            <translation>После него порядок остаётся прежним.</translation>
        </message>
        <message>
            <source>Tokens in a passage</source>
            <translation>Токенов в отрывке</translation>
        </message>
        <message>
            <source>Files are cut into passages of this size at most.</source>
            <translation>Файлы делятся на отрывки не больше этого.</translation>
        </message>
        <message>
            <source>Longest reading of a file, seconds</source>
            <translation>Самое долгое чтение файла, секунд</translation>
        </message>
        <message>
            <source>One that takes longer is given up, and its row says so.</source>
            <translation>Если дольше, чтение прекращается, и в строке это сказано.</translation>
        </message>
        <message>
            <source>Memory for reading, MB</source>
            <translation>Память для чтения, МБ</translation>
        </message>
        <message>
            <source>The process that reads files uses no more.</source>
            <translation>Процесс, читающий файлы, не возьмёт больше.</translation>
        </message>
        <message>
            <source>Largest file, MB</source>
            <translation>Самый большой файл, МБ</translation>
        </message>
        <message>
            <source>Larger ones are skipped.</source>
            <translation>Бо́льшие пропускаются.</translation>
        </message>
        <message>
            <source>Largest content of an archive, MB</source>
            <translation>Самое большое содержимое архива, МБ</translation>
        </message>
        <message>
            <source>One that unpacks to more is refused.</source>
            <translation>Архив, который распаковывается в большее, не читается.</translation>
        </message>
        <message>
            <source>Archives inside archives</source>
            <translation>Архивы в архивах</translation>
        </message>
        <message>
            <source>So deep they are opened.</source>
            <translation>На такую глубину они открываются.</translation>
        </message>
        <message>
            <source>Read text in pictures</source>
            <translation>Читать текст с картинок</translation>
        </message>
        <message>
            <source>Pages without text are read by Tesseract where it is installed.</source>
            <translation>Страницы без текста читает Tesseract, если он установлен.</translation>
        </message>
        <message>
            <source>Passed over in folders</source>
            <translation>Пропускать в папках</translation>
        </message>
        <message>
            <source>Names of files and folders, one a line.</source>
            <translation>Имена файлов и папок, по одному в строке.</translation>
        </message>
        <message>
            <source>Look through watched folders, minutes</source>
            <translation>Просматривать папки под наблюдением, минут</translation>
        </message>
        <message>
            <source>So often a whole folder is looked through, for changes that were not told.</source>
            <translation>Так часто папка просматривается целиком, на случай незамеченных изменений.</translation>
        </message>
        <message>
            <source>The same where changes are not told</source>
            <translation>То же, где об изменениях не сообщают</translation>
        </message>
        <message>
            <source>As on most network drives.</source>
            <translation>Как на большинстве сетевых дисков.</translation>
        </message>
        <message>
            <source>Leave changed files alone, seconds</source>
            <translation>Не трогать изменённые файлы, секунд</translation>
        </message>
        <message>
            <source>A file that is still being written waits until it is quiet.</source>
            <translation>Файл, который ещё пишется, ждёт, пока не затихнет.</translation>
        </message>
        <message>
            <source>Follow .gitignore files</source>
            <translation>Учитывать файлы .gitignore</translation>
        </message>
        <message>
            <source>What they name is passed over in watched folders.</source>
            <translation>Что в них названо, в папках под наблюдением пропускается.</translation>
        </message>
        <message>
            <source>When a file is gone</source>
            <translation>Когда файл исчез</translation>
        </message>
        <message>
            <source>Keep its document, or delete its memories after a while. That can be undone.</source>
            <translation>Оставить документ или спустя время удалить его воспоминания. Это можно отменить.</translation>
        </message>
        <message>
            <source>Days before that</source>
            <translation>Через сколько дней</translation>
        </message>
        <message>
            <source>A file may come back, as on a disk that is plugged in again.</source>
            <translation>Файл может вернуться, например на диске, который снова подключат.</translation>
        </message>
        <message>
            <source>Safety of writing</source>
            <translation>Надёжность записи</translation>
        </message>
        <message>
            <source>FULL survives a power cut after every call; NORMAL may lose the last moments.</source>
            <translation>FULL переживёт отключение питания в любой миг; NORMAL может потерять последние мгновения.</translation>
        </message>
        <message>
            <source>Other backups kept</source>
            <translation>Сколько других копий хранить</translation>
        </message>
        <message>
            <source>Made before an upgrade of the database, and before a backup is restored.</source>
            <translation>Сделанные перед обновлением базы и перед восстановлением копии.</translation>
        </message>
        <message>
            <source>Make backups</source>
            <translation>Резервные копии</translation>
        </message>
        <message>
            <source>By themselves, while the computer has nothing better to do.</source>
            <translation>Сами, когда компьютеру больше нечего делать.</translation>
        </message>
        <message>
            <source>Backups kept</source>
            <translation>Хранить копий</translation>
        </message>
        <message>
            <source>Of those made by themselves; older ones are deleted. Yours stay until you delete them.</source>
            <translation>Из сделанных по расписанию; более старые удаляются. Ваши остаются, пока вы их не удалите.</translation>
        </message>
        <message>
            <source>Folder of backups</source>
            <translation>Папка для копий</translation>
        </message>
        <message>
            <source>Whole path, as of another disk. Empty takes the folder beside the database.</source>
            <translation>Полный путь, например на другом диске. Пусто — папка рядом с базой.</translation>
        </message>
        <message>
            <source>Encrypt backups</source>
            <translation>Шифровать копии</translation>
        </message>
        <message>
            <source>By the passphrase kept above. Whoever has neither it nor this computer reads nothing.</source>
            <translation>Паролем, заданным выше. У кого нет ни его, ни этого компьютера, тот ничего не прочтёт.</translation>
        </message>
        <message>
            <source>Live streams at once</source>
            <translation>Потоков одновременно</translation>
        </message>
        <message>
            <source>Other programs may send messages through so many streams at the same time.</source>
            <translation>Столько потоков сообщений от других программ может идти одновременно.</translation>
        </message>
        <message>
            <source>Messages a stream may hold</source>
            <translation>Сообщений в буфере потока</translation>
        </message>
        <message>
            <source>So many may wait to be kept, or to be embedded together.</source>
            <translation>Столько могут ждать записи или общего вычисления векторов.</translation>
        </message>
        <message>
            <source>Hold messages at most, ms</source>
            <translation>Держать сообщения не дольше, мс</translation>
        </message>
        <message>
            <source>After this they are kept and embedded, however few there are.</source>
            <translation>Потом они записываются, сколько бы их ни было.</translation>
        </message>
        <message>
            <source>Largest message, KB</source>
            <translation>Самое большое сообщение, КБ</translation>
        </message>
        <message>
            <source>What is larger should come in as a file.</source>
            <translation>Что больше, лучше дать файлом.</translation>
        </message>
        <message>
            <source>Let go of quiet streams after, seconds</source>
            <translation>Закрывать затихшие потоки через, секунд</translation>
        </message>
        <message>
            <source>A stream that goes on later is taken up again.</source>
            <translation>Поток, который продолжится позже, будет подхвачен.</translation>
        </message>
        <message>
            <source>Keep what matters</source>
            <translation>Хранить то, что важно</translation>
        </message>
        <message>
            <source>Let memories rise to a longer-lived layer by themselves, by what you really use.</source>
            <translation>Воспоминания сами поднимаются в более долгий слой по тому, чем вы правда пользуетесь.</translation>
        </message>
        <message>
            <source>Share that may rise</source>
            <translation>Какая доля может подняться</translation>
        </message>
        <message>
            <source>How much of what is about to go may be kept for longer. 0.3 is three in ten.</source>
            <translation>Сколько из того, что вот-вот угаснет, можно оставить дольше. 0,3 — три из десяти.</translation>
        </message>
        <message>
            <source>Left to chance</source>
            <translation>На волю случая</translation>
        </message>
        <message>
            <source>Share of these decisions made by chance, so that Magray also learns from what it would have let go.</source>
            <translation>Доля решений, принятых случайно, чтобы Magray учился и на том, что отпустил бы.</translation>
        </message>
        <message>
            <source>Days to prove useful</source>
            <translation>Дней, чтобы пригодиться</translation>
        </message>
        <message>
            <source>A memory that rose was worth it if you use it within these days.</source>
            <translation>Воспоминание поднялось не зря, если пригодилось за эти дни.</translation>
        </message>
        <message>
            <source>Rest between two lessons</source>
            <translation>Перерыв между уроками</translation>
        </message>
        <message>
            <source>Hours between two attempts to learn anew from what you used.</source>
            <translation>Часов между попытками заново учиться на том, чем вы пользовались.</translation>
        </message>
        <message>
            <source>Outcomes for a lesson</source>
            <translation>Исходов для урока</translation>
        </message>
        <message>
            <source>How many new outcomes are needed before Magray learns anew from them.</source>
            <translation>Сколько новых исходов нужно, чтобы Magray учился заново.</translation>
        </message>
        <message>
            <source>Tidy memories up</source>
            <translation>Наводить порядок в памяти</translation>
        </message>
        <message>
            <source>Repeats become one memory, what no longer holds is hidden, related memories are grouped, and old sessions are told in short. Nothing is lost, and everything can be undone.</source>
            <translation>Повторы становятся одним, что больше не верно — скрывается, близкое группируется, старые беседы пересказываются кратко. Ничего не теряется, и всё можно отменить.</translation>
        </message>
        <message>
            <source>Let the chat model help to tidy up</source>
            <translation>Пусть языковая модель помогает с порядком</translation>
        </message>
        <message>
            <source>It names groups and tells old sessions in short. Else they quote what was said.</source>
            <translation>Она называет группы и кратко пересказывает старые беседы. Без неё берутся цитаты.</translation>
        </message>
        <message>
            <source>Be considerate</source>
            <translation>Не мешать</translation>
        </message>
        <message>
            <source>Put background work off on battery, while the computer is busy, or while its memory is short.</source>
            <translation>Откладывать фоновую работу, когда компьютер на батарее, занят или ему не хватает памяти.</translation>
        </message>
        <message>
            <source>Memory is short from, percent</source>
            <translation>Памяти мало начиная с, процентов</translation>
        </message>
        <message>
            <source>From here on caches shrink, and you are warned once.</source>
            <translation>С этого места кэши сжимаются, и вы один раз увидите предупреждение.</translation>
        </message>
        <message>
            <source>The battery is low below, percent</source>
            <translation>Батарея разряжена ниже, процентов</translation>
        </message>
        <message>
            <source>Then only the most urgent background work is done.</source>
            <translation>Тогда делается только самая срочная фоновая работа.</translation>
        </message>
        <message>
            <source>The computer is busy from, percent</source>
            <translation>Компьютер занят начиная с, процентов</translation>
        </message>
        <message>
            <source>Of the processor, used by other programs. Then unimportant work waits.</source>
            <translation>Процессора, занятых другими программами. Тогда неважная работа ждёт.</translation>
        </message>
        <message>
            <source>Stay under this much memory, MB</source>
            <translation>Держаться в пределах памяти, МБ</translation>
        </message>
        <message>
            <source>Near it caches shrink. 0 takes half of what this computer has.</source>
            <translation>Вблизи предела кэши сжимаются. 0 — половина памяти компьютера.</translation>
        </message>
        <message>
            <source>Chat model</source>
            <translation>Модель беседы</translation>
        </message>
        <message>
            <source>As openai/NAME or local/NAME. Empty answers by quotes from your files.</source>
            <translation>Например openai/ИМЯ или local/ИМЯ. Пусто — ответы цитатами из ваших файлов.</translation>
        </message>
        <message>
            <source>Then ask</source>
            <translation>Затем спросить</translation>
        </message>
        <message>
            <source>Models that answer when the first cannot, one a line. Quotes come last.</source>
            <translation>Модели, которые отвечают, если первая не может, по одной в строке. Цитаты — последними.</translation>
        </message>
        <message>
            <source>Small model</source>
            <translation>Малая модель</translation>
        </message>
        <message>
            <source>For titles and for what to remember. Empty takes the chat model.</source>
            <translation>Для заголовков и для того, что запомнить. Пусто — модель беседы.</translation>
        </message>
        <message>
            <source>As good as the chat model</source>
            <translation>Не хуже модели чата</translation>
        </message>
        <message>
            <source>Requests go to whichever has the least to do. One a line.</source>
            <translation>Запрос уходит той, что меньше занята. По одной в строке.</translation>
        </message>
        <message>
            <source>Requests at the same time</source>
            <translation>Одновременных запросов</translation>
        </message>
        <message>
            <source>To one provider.</source>
            <translation>К одному поставщику.</translation>
        </message>
        <message>
            <source>Requests in a minute</source>
            <translation>Запросов в минуту</translation>
        </message>
        <message>
            <source>To one provider; 0 sets no limit.</source>
            <translation>К одному поставщику; 0 — без предела.</translation>
        </message>
        <message>
            <source>Thinking</source>
            <translation>Размышление</translation>
        </message>
        <message>
            <source>How long a model that can reason may do so.</source>
            <translation>Как долго может думать модель, которая это умеет.</translation>
        </message>
        <message>
            <source>Longest answer, tokens</source>
            <translation>Самый длинный ответ, токенов</translation>
        </message>
        <message>
            <source>A token is about three quarters of a word.</source>
            <translation>Токен — около трёх четвертей английского слова.</translation>
        </message>
        <message>
            <source>Wait for a connection, seconds</source>
            <translation>Ждать соединения, секунд</translation>
        </message>
        <message>
            <source>Then the next model is asked.</source>
            <translation>Потом спрашивается следующая модель.</translation>
        </message>
        <message>
            <source>A model may be silent, seconds</source>
            <translation>Модель может молчать, секунд</translation>
        </message>
        <message>
            <source>Then the answer counts as cut off.</source>
            <translation>Потом ответ считается оборванным.</translation>
        </message>
        <message>
            <source>Try again</source>
            <translation>Повторять</translation>
        </message>
        <message>
            <source>Times, before another model is asked.</source>
            <translation>Раз, прежде чем спросить другую модель.</translation>
        </message>
        <message>
            <source>Proxy</source>
            <translation>Прокси</translation>
        </message>
        <message>
            <source>For language models; empty takes the system's. This computer itself never goes through it.</source>
            <translation>Для языковых моделей; пусто — системный. К этому компьютеру — всегда напрямую.</translation>
        </message>
        <message>
            <source>Budget for a month, US dollars</source>
            <translation>Бюджет на месяц, долларов США</translation>
        </message>
        <message>
            <source>Then Magray asks before it goes on; 0 sets none.</source>
            <translation>Потом Magray спросит, продолжать ли; 0 — без бюджета.</translation>
        </message>
        <message>
            <source>Address of your own server</source>
            <translation>Адрес своего сервера</translation>
        </message>
        <message>
            <source>Ollama, LM Studio, llama.cpp or vLLM, as http://127.0.0.1:11434/v1.</source>
            <translation>Ollama, LM Studio, llama.cpp или vLLM, например http://127.0.0.1:11434/v1.</translation>
        </message>
        <message>
            <source>Key of your own server</source>
            <translation>Ключ своего сервера</translation>
        </message>
        <message>
            <source>Only where it wants one.</source>
            <translation>Только если он нужен.</translation>
        </message>
        <message>
            <source>Passages that go with a question, tokens</source>
            <translation>Отрывки к вопросу, токенов</translation>
        </message>
        <message>
            <source>Found in your memory, the best first.</source>
            <translation>Найденное в вашей памяти, сначала лучшее.</translation>
        </message>
        <message>
            <source>Attached documents, tokens</source>
            <translation>Приложенные документы, токенов</translation>
        </message>
        <message>
            <source>So much of them goes with a question; a longer one is read part by part.</source>
            <translation>Столько уходит с вопросом; более длинный документ читается по частям.</translation>
        </message>
        <message>
            <source>The conversation so far, tokens</source>
            <translation>Беседа до сих пор, токенов</translation>
        </message>
        <message>
            <source>Word for word; older turns are summarised, never cut in silence.</source>
            <translation>Слово в слово; более старое кратко пересказывается и не обрезается молча.</translation>
        </message>
        <message>
            <source>Remember facts from conversations</source>
            <translation>Запоминать факты из бесед</translation>
        </message>
        <message>
            <source>Facts, decisions and preferences, once a conversation pauses. Each can be undone.</source>
            <translation>Факты, решения и предпочтения, когда беседа прерывается. Каждое можно отменить.</translation>
        </message>
        <message>
            <source>A conversation pauses after, seconds</source>
            <translation>Беседа прерывается через, секунд</translation>
        </message>
        <message>
            <source>Without a word.</source>
            <translation>Без единого слова.</translation>
        </message>
        <message>
            <source>Titles by the chat model</source>
            <translation>Названия от модели чата</translation>
        </message>
        <message>
            <source>Without it the first question names a conversation.</source>
            <translation>Без этого беседу называет первый вопрос.</translation>
        </message>
        <message>
            <source>Colours</source>
            <translation>Цвета</translation>
        </message>
        <message>
            <source>The system's, light or dark.</source>
            <translation>Как в системе, светлые или тёмные.</translation>
        </message>
        <message>
            <source>Language</source>
            <translation>Язык</translation>
        </message>
        <message>
            <source>Of the window. Empty takes the system's.</source>
            <translation>Язык окна. Пусто — язык системы.</translation>
        </message>
    </context>
    <context>
        <name>OtherRow</name>
        <message numerus="yes">
            <source>%Ln %</source>
            <translation>
                <numerusform>%Ln %</numerusform>
                <numerusform>%Ln %</numerusform>
                <numerusform>%Ln %</numerusform>
            </translation>
        </message>
        <message>
            <source>{0}, {1} alike: {2}</source>
            <translation>{0}, сходство {1}: {2}</translation>
        </message>
    </context>
    <context>
        <name>PageField</name>
        <message>
            <source>Previous page</source>
            <translation>Предыдущая страница</translation>
        </message>
        <message>
            <source>Next page</source>
            <translation>Следующая страница</translation>
        </message>
        <message>
            <source>of {0}</source>
            <translation>из {0}</translation>
        </message>
        <message>
            <source>Part, of {0}</source>
            <translation>Часть из {0}</translation>
        </message>
        <message>
            <source>Page, of {0}</source>
            <translation>Страница из {0}</translation>
        </message>
    </context>
    <context>
        <name>PrivacyPanel</name>
        <message>
            <source>Open the data folder</source>
            <translation>Открыть папку данных</translation>
        </message>
        <message>
            <source>Your files, memories and conversations are kept in {0}, and nowhere else.</source>
            <translation>Ваши файлы, воспоминания и беседы хранятся в {0} и больше нигде.</translation>
        </message>
        <message>
            <source>Magray sends no usage figures and no crash reports, and does not look for updates by itself.</source>
            <translation>Magray не отправляет ни статистики, ни отчётов о сбоях и сам не ищет обновлений.</translation>
        </message>
        <message>
            <source>Offline: nothing leaves this computer.</source>
            <translation>Без сети: ничто не покидает этот компьютер.</translation>
        </message>
        <message>
            <source>What you ask, and the passages of your files that may answer it, go to {0}.</source>
            <translation>Ваши вопросы и отрывки файлов, которые могут на них ответить, уходят: {0}.</translation>
        </message>
        <message>
            <source>Nothing leaves this computer when you ask.</source>
            <translation>Когда вы спрашиваете, ничто не покидает этот компьютер.</translation>
        </message>
        <message>
            <source>Models are fetched from {0}, when you press Download and never else.</source>
            <translation>Модели загружаются с {0}, только когда вы нажимаете «Загрузить».</translation>
        </message>
    </context>
    <context>
        <name>PromotionPanel</name>
        <message>
            <source>What rises by itself</source>
            <translation>Что поднимается само</translation>
        </message>
        <message>
            <source>Learn anew now</source>
            <translation>Учиться заново сейчас</translation>
        </message>
        <message>
            <source>Your memories have changed since it learned: {0}.</source>
            <translation>С тех пор как она училась, ваша память изменилась: {0}.</translation>
        </message>
        <message>
            <source>Your memories are much as they were when it learned.</source>
            <translation>Ваша память почти такая же, как когда она училась.</translation>
        </message>
        <message>
            <source>Version</source>
            <translation>Версия</translation>
        </message>
        <message>
            <source>Right order</source>
            <translation>Верный порядок</translation>
        </message>
        <message>
            <source>Judged by</source>
            <translation>Проверена на</translation>
        </message>
        <message numerus="yes">
            <source>%Ln memories</source>
            <translation>
                <numerusform>%Ln воспоминание</numerusform>
                <numerusform>%Ln воспоминания</numerusform>
                <numerusform>%Ln воспоминаний</numerusform>
            </translation>
        </message>
        <message>
            <source>decides</source>
            <translation>решает</translation>
        </message>
        <message>
            <source>Let it decide</source>
            <translation>Пусть решает она</translation>
        </message>
        <message>
            <source>Let {0} decide</source>
            <translation>Пусть решает {0}</translation>
        </message>
        <message>
            <source>logistic regression</source>
            <translation>логистическая регрессия</translation>
        </message>
        <message>
            <source>decision trees</source>
            <translation>деревья решений</translation>
        </message>
        <message>
            <source>neural network</source>
            <translation>нейронная сеть</translation>
        </message>
        <message>
            <source>as it came with Magray, {0}</source>
            <translation>из поставки Magray, {0}</translation>
        </message>
        <message>
            <source>{0} of {1}, {2}</source>
            <translation>{0} от {1}, {2}</translation>
        </message>
    </context>
    <context>
        <name>ProvidersPanel</name>
        <message>
            <source>Answers come from</source>
            <translation>Ответы даёт</translation>
        </message>
        <message>
            <source>Your own server</source>
            <translation>Свой сервер</translation>
        </message>
        <message>
            <source>Paste a key, if the server wants one</source>
            <translation>Вставьте ключ, если серверу он нужен</translation>
        </message>
        <message>
            <source>Look for servers on this computer</source>
            <translation>Искать серверы на этом компьютере</translation>
        </message>
        <message>
            <source>Quotes from your files</source>
            <translation>Цитаты из ваших файлов</translation>
        </message>
        <message>
            <source>your own server</source>
            <translation>свой сервер</translation>
        </message>
        <message>
            <source>on this computer</source>
            <translation>на этом компьютере</translation>
        </message>
        <message>
            <source>Answers are quoted word for word. Nothing leaves this computer.</source>
            <translation>Ответы цитируются слово в слово. Ничего не покидает этот компьютер.</translation>
        </message>
        <message>
            <source>What you ask and the passages found leave this computer</source>
            <translation>Ваш вопрос и найденные отрывки покидают этот компьютер</translation>
        </message>
        <message>
            <source>Nothing leaves this computer</source>
            <translation>Ничего не покидает этот компьютер</translation>
        </message>
        <message>
            <source>reads up to {0} tokens</source>
            <translation>читает до {0} токенов</translation>
        </message>
        <message>
            <source>${0} for a million tokens in, ${1} out, as of {2}</source>
            <translation>${0} за миллион токенов на входе, ${1} на выходе, на {2}</translation>
        </message>
        <message>
            <source>None answered. Start Ollama or LM Studio first.</source>
            <translation>Никто не ответил. Сначала запустите Ollama или LM Studio.</translation>
        </message>
        <message>
            <source>Use</source>
            <translation>Использовать</translation>
        </message>
        <message>
            <source>Use {0}</source>
            <translation>Выбрать {0}</translation>
        </message>
    </context>
    <context>
        <name>Question</name>
        <message>
            <source>Passphrase</source>
            <translation>Пароль</translation>
        </message>
        <message>
            <source>The same passphrase again</source>
            <translation>Тот же пароль ещё раз</translation>
        </message>
        <message>
            <source>Cancel</source>
            <translation>Отмена</translation>
        </message>
    </context>
    <context>
        <name>ReembeddingPanel</name>
        <message>
            <source>Go back to the model before</source>
            <translation>Вернуться к прежней модели</translation>
        </message>
        <message>
            <source>Embedding your memories by {0}</source>
            <translation>Воспоминания обрабатывает {0}</translation>
        </message>
        <message>
            <source>{0} of {1}</source>
            <translation>{0} из {1}</translation>
        </message>
        <message>
            <source>paused</source>
            <translation>на паузе</translation>
        </message>
        <message>
            <source>search uses {0} until then</source>
            <translation>до тех пор ищет {0}</translation>
        </message>
        <message>
            <source>Go on</source>
            <translation>Продолжить</translation>
        </message>
        <message>
            <source>Pause</source>
            <translation>Пауза</translation>
        </message>
    </context>
    <context>
        <name>ResourcesCard</name>
        <message>
            <source>This computer</source>
            <translation>Обычный компьютер</translation>
        </message>
        <message>
            <source>Memory in use, percent</source>
            <translation>Занято памяти, процентов</translation>
        </message>
        <message>
            <source>{0} % of {1} memory in use</source>
            <translation>Занято {0} % из {1} памяти</translation>
        </message>
        <message>
            <source>{0} · it is short, so Magray works with smaller caches</source>
            <translation>{0} · её мало, поэтому Magray работает с меньшими кэшами</translation>
        </message>
        <message>
            <source>Magray takes {0}</source>
            <translation>Magray занимает {0}</translation>
        </message>
        <message>
            <source>on battery, {0} %</source>
            <translation>от батареи, {0} %</translation>
        </message>
        <message>
            <source>battery {0} %</source>
            <translation>батарея {0} %</translation>
        </message>
        <message>
            <source>Background work waits: {0}</source>
            <translation>Фоновая работа ждёт: {0}</translation>
        </message>
        <message>
            <source>Nothing holds background work back.</source>
            <translation>Фоновой работе ничто не мешает.</translation>
        </message>
        <message>
            <source>Words</source>
            <translation>Слова</translation>
        </message>
        <message>
            <source>Archive</source>
            <translation>В архив</translation>
        </message>
        <message>
            <source>1 memory</source>
            <translation>1 воспоминание</translation>
        </message>
        <message>
            <source>{0} memories</source>
            <translation>воспоминаний: {0}</translation>
        </message>
        <message>
            <source>{0} of memory</source>
            <translation>памяти: {0}</translation>
        </message>
        <message>
            <source>{0} on the disk</source>
            <translation>на диске: {0}</translation>
        </message>
    </context>
    <context>
        <name>RisesSection</name>
        <message>
            <source>Why it rises</source>
            <translation>Почему поднимается</translation>
        </message>
        <message>
            <source>Why it would fade</source>
            <translation>Почему угаснет</translation>
        </message>
        <message>
            <source>Why it stays</source>
            <translation>Почему остаётся</translation>
        </message>
        <message numerus="yes">
            <source>%Ln %</source>
            <translation>
                <numerusform>%Ln %</numerusform>
                <numerusform>%Ln %</numerusform>
                <numerusform>%Ln %</numerusform>
            </translation>
        </message>
        <message>
            <source>{0}, rises from {1}</source>
            <translation>{0}, поднимается с {1}</translation>
        </message>
        <message>
            <source>Likely to be of use</source>
            <translation>Вероятно, пригодится</translation>
        </message>
        <message>
            <source>for it</source>
            <translation>за</translation>
        </message>
        <message>
            <source>against it</source>
            <translation>против</translation>
        </message>
        <message>
            <source>Adds {0} to the logit</source>
            <translation>Прибавляет {0} к логиту</translation>
        </message>
    </context>
    <context>
        <name>Session</name>
        <message>
            <source>Waking up…</source>
            <translation>Просыпаюсь…</translation>
        </message>
        <message>
            <source>Try again</source>
            <translation>Попробовать снова</translation>
        </message>
        <message>
            <source>Close Magray</source>
            <translation>Закрыть Magray</translation>
        </message>
        <message>
            <source>Restore the backup of {0}</source>
            <translation>Восстановить копию от {0}</translation>
        </message>
        <message>
            <source>Putting things away</source>
            <translation>Раскладываю по местам</translation>
        </message>
        <message>
            <source>What is being read is parked and goes on at the next start. Nothing is lost.</source>
            <translation>Чтение приостановлено и продолжится при следующем запуске. Ничего не потеряется.</translation>
        </message>
    </context>
    <context>
        <name>SettingsController</name>
        <message>
            <source>It must be from {0} to {1}.</source>
            <translation>Должно быть от {0} до {1}.</translation>
        </message>
        <message>
            <source>That is not what is wanted here: {0}</source>
            <translation>Здесь нужно другое: {0}</translation>
        </message>
    </context>
    <context>
        <name>SettingsPages</name>
        <message>
            <source>Language models</source>
            <translation>Языковые модели</translation>
        </message>
        <message>
            <source>Without one, answers are quoted from your files. With one, answers are written, and still say where each claim comes from.</source>
            <translation>Без них ответы — цитаты из ваших файлов. С ними ответы пишутся, и по-прежнему сказано, откуда что взято.</translation>
        </message>
        <message>
            <source>Search models</source>
            <translation>Модели поиска</translation>
        </message>
        <message>
            <source>Models that find texts by meaning. They run on this computer.</source>
            <translation>Модели, которые находят тексты по смыслу. Работают на этом компьютере.</translation>
        </message>
        <message>
            <source>Devices</source>
            <translation>Устройства</translation>
        </message>
        <message>
            <source>What models are computed on.</source>
            <translation>На чём вычисляются модели.</translation>
        </message>
        <message>
            <source>Memory</source>
            <translation>Память</translation>
        </message>
        <message>
            <source>How long things are remembered.</source>
            <translation>Как долго что помнится.</translation>
        </message>
        <message>
            <source>Reading files</source>
            <translation>Чтение файлов</translation>
        </message>
        <message>
            <source>What is read from the files and folders that you add, and how.</source>
            <translation>Что и как читается из добавленных файлов и папок.</translation>
        </message>
        <message>
            <source>Background work</source>
            <translation>Фоновая работа</translation>
        </message>
        <message>
            <source>Memories are looked after while you do something else. The status page shows what goes on, and can pause it.</source>
            <translation>Пока вы заняты другим, память приводится в порядок. Страница состояния показывает, что идёт, и может это приостановить.</translation>
        </message>
        <message>
            <source>Backups</source>
            <translation>Резервные копии</translation>
        </message>
        <message>
            <source>Everything that Magray remembers, in one file, here or on another disk.</source>
            <translation>Всё, что помнит Magray, в одном файле — здесь или на другом диске.</translation>
        </message>
        <message>
            <source>Privacy</source>
            <translation>Приватность</translation>
        </message>
        <message>
            <source>What leaves this computer, and the switch that lets nothing out.</source>
            <translation>Что покидает этот компьютер, и переключатель, который не выпустит ничего.</translation>
        </message>
        <message>
            <source>Appearance</source>
            <translation>Вид</translation>
        </message>
        <message>
            <source>Advanced</source>
            <translation>Тонкая настройка</translation>
        </message>
        <message>
            <source>Measured defaults. There is rarely a reason to change them.</source>
            <translation>Значения подобраны измерениями. Менять их приходится редко.</translation>
        </message>
    </context>
    <context>
        <name>SettingsWindow</name>
        <message>
            <source>Settings</source>
            <translation>Настройки</translation>
        </message>
        <message>
            <source>Search settings</source>
            <translation>Поиск в настройках</translation>
        </message>
        <message>
            <source>Pages</source>
            <translation>Страницы</translation>
        </message>
        <message>
            <source>No setting holds these words.</source>
            <translation>Таких слов в настройках нет.</translation>
        </message>
        <message>
            <source>From the next start on: {0}.</source>
            <translation>Со следующего запуска: {0}.</translation>
        </message>
    </context>
    <context>
        <name>Slash</name>
        <message>
            <source>text</source>
            <translation>текст</translation>
        </message>
        <message>
            <source>words</source>
            <translation>слова</translation>
        </message>
        <message>
            <source>name</source>
            <translation>имя</translation>
        </message>
        <message>
            <source>What can be done here</source>
            <translation>Что здесь можно делать</translation>
        </message>
        <message>
            <source>Remember this for ever</source>
            <translation>Запомнить навсегда</translation>
        </message>
        <message>
            <source>What is remembered; on or off for this chat</source>
            <translation>Что запомнено; включить или выключить для беседы</translation>
        </message>
        <message>
            <source>How everything is</source>
            <translation>Как всё работает</translation>
        </message>
        <message>
            <source>Who answers</source>
            <translation>Кто отвечает</translation>
        </message>
        <message>
            <source>What language models used this month</source>
            <translation>Расход языковых моделей за месяц</translation>
        </message>
        <message>
            <source>Models that search: embedders and rerankers</source>
            <translation>Модели поиска: эмбеддеры и ранжировщики</translation>
        </message>
        <message>
            <source>Nothing leaves this computer, or may again</source>
            <translation>Ничего не покидает этот компьютер, или снова можно</translation>
        </message>
        <message>
            <source>Pause reading files</source>
            <translation>Приостановить чтение файлов</translation>
        </message>
        <message>
            <source>Go on reading files</source>
            <translation>Продолжить чтение файлов</translation>
        </message>
        <message>
            <source>What computes: processors and graphics cards</source>
            <translation>Что вычисляет: процессоры и видеокарты</translation>
        </message>
        <message>
            <source>Add files for this chat only</source>
            <translation>Добавить файлы только для этой беседы</translation>
        </message>
        <message>
            <source>Read a file or folder into memory</source>
            <translation>Прочитать файл или папку в память</translation>
        </message>
        <message>
            <source>path</source>
            <translation>путь</translation>
        </message>
        <message>
            <source>Documents that were read</source>
            <translation>Прочитанные документы</translation>
        </message>
        <message>
            <source>Settings</source>
            <translation>Настройки</translation>
        </message>
        <message>
            <source>Find in this conversation</source>
            <translation>Найти в этой беседе</translation>
        </message>
        <message>
            <source>Begin a new conversation</source>
            <translation>Начать новую беседу</translation>
        </message>
        <message>
            <source>Answer the last question anew</source>
            <translation>Ответить на последний вопрос заново</translation>
        </message>
        <message>
            <source>Stop the answer</source>
            <translation>Остановить ответ</translation>
        </message>
        <message>
            <source>Give this conversation another title</source>
            <translation>Переименовать эту беседу</translation>
        </message>
        <message>
            <source>title</source>
            <translation>название</translation>
        </message>
        <message>
            <source>Tags of this conversation</source>
            <translation>Метки этой беседы</translation>
        </message>
        <message>
            <source>Keep this conversation on top</source>
            <translation>Держать эту беседу наверху</translation>
        </message>
        <message>
            <source>No longer keep it on top</source>
            <translation>Больше не держать наверху</translation>
        </message>
        <message>
            <source>Move this conversation into the archive</source>
            <translation>Перенести эту беседу в архив</translation>
        </message>
        <message>
            <source>Write this conversation into a file</source>
            <translation>Записать эту беседу в файл</translation>
        </message>
        <message>
            <source>Bring in conversations of another program</source>
            <translation>Загрузить беседы из другой программы</translation>
        </message>
        <message>
            <source>Delete this conversation</source>
            <translation>Удалить эту беседу</translation>
        </message>
        <message>
            <source>Keep a prompt of your own</source>
            <translation>Сохранить свою заготовку</translation>
        </message>
        <message>
            <source>name text</source>
            <translation>имя текст</translation>
        </message>
        <message>
            <source>Forget a prompt of your own</source>
            <translation>Забыть свою заготовку</translation>
        </message>
        <message>
            <source>Write behind “/{0}”: {1}</source>
            <translation>Допишите после «/{0}»: {1}</translation>
        </message>
        <message>
            <source>Magray is still starting. Try again in a moment.</source>
            <translation>Magray ещё запускается. Попробуйте чуть позже.</translation>
        </message>
        <message>
            <source>Working on {0}…</source>
            <translation>Выполняю {0}…</translation>
        </message>
        <message>
            <source>An at sign names a document, a folder or a memory.</source>
            <translation>Знак @ называет документ, папку или воспоминание.</translation>
        </message>
        <message>
            <source>Remembered for ever</source>
            <translation>Запомнено навсегда</translation>
        </message>
        <message>
            <source>Undo</source>
            <translation>Вернуть</translation>
        </message>
        <message>
            <source>Interact, a day</source>
            <translation>Interact, сутки</translation>
        </message>
        <message>
            <source>Insights, 90 days</source>
            <translation>Insights, 90 дней</translation>
        </message>
        <message>
            <source>Assets, for ever</source>
            <translation>Assets, навсегда</translation>
        </message>
        <message>
            <source>There is no file or folder {0}.</source>
            <translation>Файла или папки {0} нет.</translation>
        </message>
        <message>
            <source>Offline: nothing leaves this computer.</source>
            <translation>Без сети: ничто не покидает этот компьютер.</translation>
        </message>
        <message>
            <source>Not offline: what you set up may use the network.</source>
            <translation>Сеть разрешена: ей может пользоваться то, что вы настроили.</translation>
        </message>
        <message>
            <source>Reading files is paused. “/resume” goes on.</source>
            <translation>Чтение файлов приостановлено. «/resume» продолжит.</translation>
        </message>
        <message>
            <source>Reading files goes on.</source>
            <translation>Чтение файлов продолжается.</translation>
        </message>
        <message>
            <source>No language model was asked this month.</source>
            <translation>В этом месяце языковые модели не использовались.</translation>
        </message>
        <message>
            <source>Answers are quoted from memory now; no language model is asked.</source>
            <translation>Теперь ответы цитируются из памяти; языковая модель не используется.</translation>
        </message>
        <message>
            <source>There is no model “{0}”.</source>
            <translation>Модели «{0}» нет.</translation>
        </message>
        <message>
            <source>{0} answers from now on: {1}.</source>
            <translation>Теперь отвечает {0}: {1}.</translation>
        </message>
        <message>
            <source>The prompt could not be kept: {0}</source>
            <translation>Заготовку не удалось сохранить: {0}</translation>
        </message>
        <message>
            <source>Kept. “/{0}” writes it into the field.</source>
            <translation>Сохранено. «/{0}» впишет её в поле.</translation>
        </message>
        <message>
            <source>The prompt is forgotten.</source>
            <translation>Заготовка забыта.</translation>
        </message>
        <message>
            <source>There is no prompt of that name.</source>
            <translation>Заготовки с таким именем нет.</translation>
        </message>
    </context>
    <context>
        <name>SourceCard</name>
        <message>
            <source>found, not used in the answer</source>
            <translation>найдено, в ответ не вошло</translation>
        </message>
        <message>
            <source>Opens the source at this passage</source>
            <translation>Открывает источник на этом отрывке</translation>
        </message>
        <message>
            <source>Source {0}</source>
            <translation>Источник {0}</translation>
        </message>
        <message>
            <source>Found, not used</source>
            <translation>Найдено, не использовано</translation>
        </message>
        <message>
            <source>words</source>
            <translation>слова</translation>
        </message>
        <message>
            <source>words nearby</source>
            <translation>слова рядом</translation>
        </message>
        <message>
            <source>words in the whole text</source>
            <translation>слова во всём тексте</translation>
        </message>
        <message>
            <source>meaning</source>
            <translation>смысл</translation>
        </message>
        <message>
            <source>meaning nearby</source>
            <translation>смысл рядом</translation>
        </message>
        <message>
            <source>together</source>
            <translation>вместе</translation>
        </message>
        <message>
            <source>read again</source>
            <translation>перечитано</translation>
        </message>
        <message>
            <source>The scores of this one were not kept.</source>
            <translation>Оценки этого источника не сохранились.</translation>
        </message>
        <message>
            <source>fades today</source>
            <translation>исчезнет сегодня</translation>
        </message>
        <message>
            <source>1 day left</source>
            <translation>остался 1 день</translation>
        </message>
        <message numerus="yes">
            <source>%Ln days left</source>
            <translation>
                <numerusform>остался %Ln день</numerusform>
                <numerusform>осталось %Ln дня</numerusform>
                <numerusform>осталось %Ln дней</numerusform>
            </translation>
        </message>
    </context>
    <context>
        <name>Sources</name>
        <message>
            <source>Page {0}</source>
            <translation>Страница {0}</translation>
        </message>
        <message>
            <source>You, {0}</source>
            <translation>Вы, {0}</translation>
        </message>
        <message>
            <source>You</source>
            <translation>Вы</translation>
        </message>
        <message>
            <source>Conversation</source>
            <translation>Беседа</translation>
        </message>
        <message>
            <source>Note</source>
            <translation>Заметка</translation>
        </message>
        <message>
            <source>Noted on {0}</source>
            <translation>Записано {0}</translation>
        </message>
    </context>
    <context>
        <name>SourcesPanel</name>
        <message>
            <source>Sources</source>
            <translation>Источники</translation>
        </message>
        <message>
            <source>Why these?</source>
            <translation>Почему эти?</translation>
        </message>
        <message>
            <source>Shows for each source why it was found, with its scores</source>
            <translation>Показывает, почему найден каждый источник, с оценками</translation>
        </message>
        <message>
            <source>Looking through your files…</source>
            <translation>Просматриваю ваши файлы…</translation>
        </message>
        <message>
            <source>The passages that an answer quotes are shown here. A click opens them in their document.</source>
            <translation>Здесь стоят отрывки, которые цитирует ответ. Щелчок открывает их в документе.</translation>
        </message>
        <message>
            <source>Nothing like this was found in your files and notes.</source>
            <translation>В ваших файлах и заметках ничего похожего нет.</translation>
        </message>
        <message>
            <source>Hide reasons</source>
            <translation>Скрыть причины</translation>
        </message>
    </context>
    <context>
        <name>SplitDialog</name>
        <message>
            <source>Split a memory</source>
            <translation>Разделить воспоминание</translation>
        </message>
        <message>
            <source>Leave an empty line wherever a new memory shall begin.</source>
            <translation>Оставьте пустую строку там, где начинается новое воспоминание.</translation>
        </message>
        <message>
            <source>Split</source>
            <translation>Разделить</translation>
        </message>
        <message>
            <source>The text, with empty lines where it is cut</source>
            <translation>Текст с пустыми строками в местах разреза</translation>
        </message>
        <message>
            <source>This makes {0}. The whole stays, hidden behind them.</source>
            <translation>Получится: {0}. Целое сохранится, скрытое за ними.</translation>
        </message>
    </context>
    <context>
        <name>StartProblem</name>
        <message>
            <source>Nothing was changed.</source>
            <translation>Ничего не изменено.</translation>
        </message>
        <message>
            <source>Another Magray is using this folder</source>
            <translation>Эту папку использует другой Magray</translation>
        </message>
        <message>
            <source>The data folder {0} is open in another window or in a terminal. Close it there, then try again. Nothing was changed.</source>
            <translation>Папка данных {0} открыта в другом окне или в терминале. Закройте её там и попробуйте снова. Ничего не изменено.</translation>
        </message>
        <message>
            <source>The disk is full</source>
            <translation>Диск заполнен</translation>
        </message>
        <message>
            <source>Magray needs a little room in {0} to open. What was stored before is kept. Free some space, then try again.</source>
            <translation>Чтобы открыться, Magray нужно немного места в {0}. Всё сохранённое раньше цело. Освободите место и попробуйте снова.</translation>
        </message>
        <message>
            <source>The data folder cannot be written</source>
            <translation>В папку данных нельзя писать</translation>
        </message>
        <message>
            <source>Magray may not write to {0}. Nothing was changed. Allow writing there, or start Magray with --data-dir and another folder.</source>
            <translation>Magray не может писать в {0}. Ничего не изменено. Разрешите запись или запустите Magray с --data-dir и другой папкой.</translation>
        </message>
        <message>
            <source>The database is damaged</source>
            <translation>База данных повреждена</translation>
        </message>
        <message>
            <source>The file of the database in {0} cannot be read; it was left as it is. A backup can take its place, and the damaged file is kept beside it. Look at the disk, too: it may be failing.</source>
            <translation>Файл базы в {0} не читается; он оставлен как есть. Его место может занять резервная копия, повреждённый файл сохранится рядом. Проверьте и диск: возможно, он выходит из строя.</translation>
        </message>
        <message>
            <source>These data belong to a newer Magray</source>
            <translation>Эти данные от более нового Magray</translation>
        </message>
        <message>
            <source>The database in {0} was written by a newer version. Nothing was changed. Install that version, or start this one with --data-dir and another folder.</source>
            <translation>База в {0} записана более новой версией. Ничего не изменено. Установите ту версию или запустите эту с --data-dir и другой папкой.</translation>
        </message>
        <message>
            <source>An option cannot be used</source>
            <translation>Настройку нельзя применить</translation>
        </message>
        <message>
            <source>A part of Magray is missing</source>
            <translation>Не хватает части Magray</translation>
        </message>
        <message>
            <source>Your data are untouched.</source>
            <translation>Ваши данные не тронуты.</translation>
        </message>
        <message>
            <source>Magray could not open</source>
            <translation>Magray не смог открыться</translation>
        </message>
        <message>
            <source>What was stored is kept. The folder is {0}; its logs hold the details.</source>
            <translation>Всё сохранённое цело. Папка: {0}; подробности в её журналах.</translation>
        </message>
    </context>
    <context>
        <name>StatusPage</name>
        <message>
            <source>Status</source>
            <translation>Состояние</translation>
        </message>
        <message>
            <source>Everything works</source>
            <translation>Всё работает</translation>
        </message>
        <message>
            <source>Something needs a look</source>
            <translation>Нужно взглянуть</translation>
        </message>
        <message>
            <source>Something is broken</source>
            <translation>Что-то сломалось</translation>
        </message>
        <message>
            <source>Magray {0} · kept in {1}</source>
            <translation>Magray {0} · хранится в {1}</translation>
        </message>
    </context>
    <context>
        <name>StatusRow</name>
        <message>
            <source>Status</source>
            <translation>Состояние</translation>
        </message>
    </context>
    <context>
        <name>TagsDialog</name>
        <message>
            <source>Tags</source>
            <translation>Метки</translation>
        </message>
        <message>
            <source>Tags of {0}, with commas between them</source>
            <translation>Метки ({0}) через запятую</translation>
        </message>
        <message>
            <source>Keep</source>
            <translation>Оставить</translation>
        </message>
        <message>
            <source>Some of them also have: {0}. These stay.</source>
            <translation>У некоторых есть ещё: {0}. Эти остаются.</translation>
        </message>
    </context>
    <context>
        <name>TextPane</name>
        <message>
            <source>Text of the document</source>
            <translation>Текст документа</translation>
        </message>
    </context>
    <context>
        <name>Timeline</name>
        <message>
            <source>{0} to {1}</source>
            <translation>{0} – {1}</translation>
        </message>
        <message>
            <source>{0} added</source>
            <translation>добавлено: {0}</translation>
        </message>
        <message>
            <source>{0} promoted</source>
            <translation>повышено: {0}</translation>
        </message>
        <message>
            <source>{0} recalled</source>
            <translation>понадобилось: {0}</translation>
        </message>
        <message>
            <source>nothing happened</source>
            <translation>ничего не было</translation>
        </message>
    </context>
    <context>
        <name>TimelineModel</name>
        <message>
            <source>When</source>
            <translation>Когда</translation>
        </message>
        <message>
            <source>Added</source>
            <translation>Добавлено</translation>
        </message>
        <message>
            <source>Promoted</source>
            <translation>Повышено</translation>
        </message>
        <message>
            <source>Recalled</source>
            <translation>Обращений</translation>
        </message>
    </context>
    <context>
        <name>TimelinePicture</name>
        <message>
            <source>What happened over time</source>
            <translation>Что было со временем</translation>
        </message>
        <message>
            <source>Added</source>
            <translation>Добавлено</translation>
        </message>
        <message>
            <source>Promoted</source>
            <translation>Повышено</translation>
        </message>
        <message>
            <source>Recalled</source>
            <translation>Обращений</translation>
        </message>
        <message>
            <source>Left and right walk, Shift stretches, Enter shows what was said then.</source>
            <translation>Влево и вправо — идти, Shift — растянуть, Enter показывает, что было сказано тогда.</translation>
        </message>
    </context>
    <context>
        <name>TimelineTable</name>
        <message>
            <source>Figures of the timeline</source>
            <translation>Числа хронологии</translation>
        </message>
    </context>
    <context>
        <name>TimelineView</name>
        <message>
            <source>Timeline of memories</source>
            <translation>Хронология памяти</translation>
        </message>
        <message>
            <source>What a bar stands for</source>
            <translation>Что значит столбик</translation>
        </message>
        <message>
            <source>Days</source>
            <translation>Дни</translation>
        </message>
        <message>
            <source>Weeks</source>
            <translation>Недели</translation>
        </message>
        <message>
            <source>Months</source>
            <translation>Месяцы</translation>
        </message>
        <message>
            <source>All time</source>
            <translation>Всё время</translation>
        </message>
        <message>
            <source>Let go of the chosen days</source>
            <translation>Снять выбор дней</translation>
        </message>
        <message>
            <source>Go to a day</source>
            <translation>Перейти к дню</translation>
        </message>
        <message>
            <source>Show the figures as a table</source>
            <translation>Показать числа таблицей</translation>
        </message>
        <message>
            <source>Go to</source>
            <translation>Перейти к</translation>
        </message>
        <message>
            <source>The timeline could not be drawn</source>
            <translation>Не удалось нарисовать хронологию</translation>
        </message>
        <message>
            <source>Try again</source>
            <translation>Попробовать снова</translation>
        </message>
        <message>
            <source>Chosen days: {0}</source>
            <translation>Выбранные дни: {0}</translation>
        </message>
        <message>
            <source>Nothing has happened yet</source>
            <translation>Пока ничего не было</translation>
        </message>
        <message>
            <source>Here you see when memories came, rose and were recalled. It begins with a note or a file.</source>
            <translation>Здесь видно, когда воспоминания появлялись, поднимались и понадобились. Начните с заметки или файла.</translation>
        </message>
        <message>
            <source>Write a note</source>
            <translation>Написать заметку</translation>
        </message>
        <message>
            <source>Add files</source>
            <translation>Добавить файлы</translation>
        </message>
        <message>
            <source>Nothing is like this</source>
            <translation>Ничего похожего</translation>
        </message>
        <message>
            <source>No memory fits all of these filters at once.</source>
            <translation>Ни одно воспоминание не подходит под все эти фильтры сразу.</translation>
        </message>
        <message>
            <source>Show everything</source>
            <translation>Показать всё</translation>
        </message>
    </context>
    <context>
        <name>Transcript</name>
        <message>
            <source>Conversation</source>
            <translation>Беседа</translation>
        </message>
        <message>
            <source>Questions and answers. Citation numbers open their source.</source>
            <translation>Вопросы и ответы. Номера цитат открывают источник.</translation>
        </message>
        <message>
            <source>Copy selected text</source>
            <translation>Копировать выделенное</translation>
        </message>
        <message>
            <source>Quote in the next question</source>
            <translation>Процитировать в следующем вопросе</translation>
        </message>
        <message>
            <source>Select all</source>
            <translation>Выделить всё</translation>
        </message>
        <message>
            <source>could not answer</source>
            <translation>ответить не удалось</translation>
        </message>
        <message>
            <source>Goes to the footnote</source>
            <translation>Ведёт к сноске</translation>
        </message>
        <message>
            <source>Hide what it thought</source>
            <translation>Скрыть рассуждения</translation>
        </message>
        <message>
            <source>Show what it thought</source>
            <translation>Показать рассуждения</translation>
        </message>
        <message>
            <source>Undo</source>
            <translation>Вернуть</translation>
        </message>
        <message>
            <source>What the model saw</source>
            <translation>Что видела модель</translation>
        </message>
        <message>
            <source>Dotted: {0}</source>
            <translation>Точками отмечено: {0}</translation>
        </message>
        <message>
            <source>quoted from your files</source>
            <translation>процитировано из ваших файлов</translation>
        </message>
        <message>
            <source>pinned</source>
            <translation>закреплено</translation>
        </message>
        <message>
            <source>{0} tokens read, {1} written</source>
            <translation>прочитано токенов: {0}, написано: {1}</translation>
        </message>
        <message>
            <source>You stopped it here.</source>
            <translation>Здесь вы остановили ответ.</translation>
        </message>
        <message>
            <source>It reached the longest answer of the model.</source>
            <translation>Достигнута наибольшая длина ответа модели.</translation>
        </message>
        <message>
            <source>The connection broke here.</source>
            <translation>Здесь связь прервалась.</translation>
        </message>
        <message>
            <source>The provider held the rest back.</source>
            <translation>Остальное поставщик не передал.</translation>
        </message>
        <message>
            <source>1 thing remembered</source>
            <translation>Запомнено 1</translation>
        </message>
        <message numerus="yes">
            <source>%Ln things remembered</source>
            <translation>
                <numerusform>Запомнено %Ln</numerusform>
                <numerusform>Запомнено %Ln</numerusform>
                <numerusform>Запомнено %Ln</numerusform>
            </translation>
        </message>
        <message>
            <source>The source that this names does not say so.</source>
            <translation>Названный источник этого не говорит.</translation>
        </message>
        <message>
            <source>These words stand in no source.</source>
            <translation>Этих слов нет ни в одном источнике.</translation>
        </message>
        <message>
            <source>No source of yours stands behind this.</source>
            <translation>За этим не стоит ни один ваш источник.</translation>
        </message>
        <message>
            <source>You</source>
            <translation>Вы</translation>
        </message>
        <message>
            <source>Looking through your files…</source>
            <translation>Просматриваю ваши файлы…</translation>
        </message>
        <message numerus="yes">
            <source>Found %Ln passages, thinking about them…</source>
            <translation>
                <numerusform>Найден %Ln отрывок, обдумываю…</numerusform>
                <numerusform>Найдено %Ln отрывка, обдумываю…</numerusform>
                <numerusform>Найдено %Ln отрывков, обдумываю…</numerusform>
            </translation>
        </message>
        <message>
            <source>Reading {0}: {1} of {2}</source>
            <translation>Читаю {0}: {1} из {2}</translation>
        </message>
        <message>
            <source>Thinking…</source>
            <translation>Думаю…</translation>
        </message>
        <message>
            <source>[erased]</source>
            <translation>[стёрто]</translation>
        </message>
    </context>
    <context>
        <name>TranscriptView</name>
        <message>
            <source>Copy</source>
            <translation>Копировать</translation>
        </message>
        <message>
            <source>Save</source>
            <translation>Сохранить</translation>
        </message>
    </context>
    <context>
        <name>TurnsSection</name>
        <message>
            <source>What was said</source>
            <translation>Что было сказано</translation>
        </message>
        <message>
            <source>and {0} more</source>
            <translation>и ещё {0}</translation>
        </message>
    </context>
    <context>
        <name>UsagePanel</name>
        <message>
            <source>Go on beyond the budget this month</source>
            <translation>Продолжить сверх бюджета в этом месяце</translation>
        </message>
        <message>
            <source>This month: {0}</source>
            <translation>В этом месяце: {0}</translation>
        </message>
        <message>
            <source>The budget is {0}.</source>
            <translation>Бюджет: {0}.</translation>
        </message>
        <message>
            <source>It is used up: Magray asks before it goes on.</source>
            <translation>Он израсходован: Magray спросит, прежде чем продолжить.</translation>
        </message>
        <message>
            <source>Model</source>
            <translation>Модель</translation>
        </message>
        <message>
            <source>Requests</source>
            <translation>Запросы</translation>
        </message>
        <message>
            <source>Tokens in</source>
            <translation>Токенов на входе</translation>
        </message>
        <message>
            <source>Tokens out</source>
            <translation>Токенов на выходе</translation>
        </message>
        <message>
            <source>Cost</source>
            <translation>Стоимость</translation>
        </message>
    </context>
    <context>
        <name>VersionsDialog</name>
        <message>
            <source>Older versions</source>
            <translation>Старые версии</translation>
        </message>
        <message>
            <source>What this memory said before it was edited</source>
            <translation>Что было сказано до правки</translation>
        </message>
        <message>
            <source>Use this text again</source>
            <translation>Вернуть этот текст</translation>
        </message>
        <message>
            <source>Close</source>
            <translation>Закрыть</translation>
        </message>
        <message>
            <source>Until {0}</source>
            <translation>До {0}</translation>
        </message>
        <message>
            <source>The text of the chosen version</source>
            <translation>Текст выбранной версии</translation>
        </message>
    </context>
    <context>
        <name>ViewHeader</name>
        <message>
            <source>Back</source>
            <translation>Назад</translation>
        </message>
    </context>
    <context>
        <name>ViewSwitch</name>
        <message>
            <source>How memories are shown</source>
            <translation>Как показана память</translation>
        </message>
        <message>
            <source>Table</source>
            <translation>Таблица</translation>
        </message>
        <message>
            <source>Map</source>
            <translation>Карта</translation>
        </message>
        <message>
            <source>Timeline</source>
            <translation>Хронология</translation>
        </message>
    </context>
    <context>
        <name>WatchedFolderCard</name>
        <message>
            <source>Ignore patterns</source>
            <translation>Шаблоны исключения</translation>
        </message>
        <message>
            <source>Pause</source>
            <translation>Пауза</translation>
        </message>
        <message>
            <source>Remove</source>
            <translation>Удалить</translation>
        </message>
        <message>
            <source>One pattern a line, as in a .gitignore file: *.tmp, build/, /drafts, !keep.txt. What was read before stays in memory.</source>
            <translation>По одному шаблону в строке, как в файле .gitignore: *.tmp, build/, /drafts, !keep.txt. Прочитанное раньше остаётся в памяти.</translation>
        </message>
        <message>
            <source>Save</source>
            <translation>Сохранить</translation>
        </message>
        <message>
            <source>Cancel</source>
            <translation>Отмена</translation>
        </message>
        <message>
            <source>Go on</source>
            <translation>Продолжить</translation>
        </message>
    </context>
    <context>
        <name>WatchedFoldersView</name>
        <message>
            <source>Watched folders</source>
            <translation>Папки под наблюдением</translation>
        </message>
        <message>
            <source>No folder is watched</source>
            <translation>Ни за одной папкой не следят</translation>
        </message>
        <message>
            <source>A watched folder is kept in step: new and changed files are read by themselves, on this computer. You can pause it at any time.</source>
            <translation>Папка под наблюдением обновляется: новые и изменённые файлы читаются сами, на этом компьютере. Это можно приостановить в любой момент.</translation>
        </message>
        <message>
            <source>Watch a folder</source>
            <translation>Следить за папкой</translation>
        </message>
        <message>
            <source>New and changed files in these folders are read by themselves. A file that is deleted leaves its document here, marked as missing.</source>
            <translation>Новые и изменённые файлы в этих папках читаются сами. Документ удалённого файла остаётся здесь с пометкой, что файла нет.</translation>
        </message>
        <message>
            <source>Watch a folder no more</source>
            <translation>Больше не следить за папкой</translation>
        </message>
        <message>
            <source>Stop watching {0}?</source>
            <translation>Больше не следить за {0}?</translation>
        </message>
        <message>
            <source>{0} of it are in memory. Forgetting them cannot be taken back; the files are not touched.</source>
            <translation>В памяти из неё: {0}. Забыть их — без возврата; файлы не затрагиваются.</translation>
        </message>
        <message>
            <source>Keep documents</source>
            <translation>Оставить документы</translation>
        </message>
        <message>
            <source>Forget documents</source>
            <translation>Забыть документы</translation>
        </message>
        <message>
            <source>Cancel</source>
            <translation>Отмена</translation>
        </message>
        <message>
            <source>No longer watched: {0}</source>
            <translation>Больше не отслеживается: {0}</translation>
        </message>
        <message>
            <source>No longer watched, forgotten: {0}</source>
            <translation>Больше не отслеживается, забыто: {0}</translation>
        </message>
    </context>
    <context>
        <name>Welcome</name>
        <message>
            <source>Or begin with a question</source>
            <translation>Или начните с вопроса</translation>
        </message>
        <message>
            <source>Asks this question</source>
            <translation>Задаёт этот вопрос</translation>
        </message>
        <message>
            <source>Choose a folder…</source>
            <translation>Выбрать папку…</translation>
        </message>
        <message>
            <source>Choose files…</source>
            <translation>Выбрать файлы…</translation>
        </message>
        <message>
            <source>Which files can Magray read?</source>
            <translation>Какие форматы понимает Magray?</translation>
        </message>
        <message>
            <source>Is anything sent over the internet?</source>
            <translation>Куда отправляются мои файлы?</translation>
        </message>
        <message>
            <source>How long is a question remembered?</source>
            <translation>Сколько хранятся вопросы?</translation>
        </message>
        <message>
            <source>What happens when nothing in my files answers the question?</source>
            <translation>Что будет, если ответа в файлах нет?</translation>
        </message>
        <message>
            <source>Drop files, then ask</source>
            <translation>Перетащите файлы и спросите</translation>
        </message>
        <message>
            <source>Magray reads your files on this computer and answers with their own sentences, each with its source. Drop files or folders anywhere on this window.</source>
            <translation>Magray читает файлы на этом компьютере и отвечает их же предложениями, у каждого указан источник. Перетащите файлы или папки в любое место окна.</translation>
        </message>
        <message>
            <source>What would you like to know?</source>
            <translation>Что вы хотите узнать?</translation>
        </message>
        <message>
            <source>Answers are quoted from your files, each with its source. Drop more files anywhere.</source>
            <translation>Ответы цитируют ваши файлы, у каждого указан источник. Новые файлы можно перетащить в любое место.</translation>
        </message>
    </context>
    <context>
        <name>WhySection</name>
        <message>
            <source>Why it was found</source>
            <translation>Почему найдено</translation>
        </message>
        <message numerus="yes">
            <source>%Ln %</source>
            <translation>
                <numerusform>%Ln %</numerusform>
                <numerusform>%Ln %</numerusform>
                <numerusform>%Ln %</numerusform>
            </translation>
        </message>
        <message>
            <source>Place {0} before it was read again, {1} after</source>
            <translation>Место {0} до повторного чтения, {1} после</translation>
        </message>
        <message>
            <source>Place {0} of what was found</source>
            <translation>Место {0} среди найденного</translation>
        </message>
    </context>
    <context>
        <name>Workspace</name>
        <message>
            <source>Everything works</source>
            <translation>Всё работает</translation>
        </message>
        <message>
            <source>Something needs a look</source>
            <translation>Нужно взглянуть</translation>
        </message>
        <message>
            <source>Something is broken</source>
            <translation>Что-то сломалось</translation>
        </message>
        <message>
            <source>Show the models</source>
            <translation>Показать модели</translation>
        </message>
        <message>
            <source>Show the backups</source>
            <translation>Показать копии</translation>
        </message>
        <message>
            <source>Go on</source>
            <translation>Продолжить</translation>
        </message>
    </context>
    <context>
        <name>_ProviderCard</name>
        <message>
            <source>Paste a key</source>
            <translation>Вставьте ключ</translation>
        </message>
        <message>
            <source>Key of {0}</source>
            <translation>Ключ {0}</translation>
        </message>
        <message>
            <source>Keep</source>
            <translation>Оставить</translation>
        </message>
        <message>
            <source>Keep the key of {0}</source>
            <translation>Сохранить ключ {0}</translation>
        </message>
        <message>
            <source>Test</source>
            <translation>Проверить</translation>
        </message>
        <message>
            <source>Test {0}</source>
            <translation>Проверить {0}</translation>
        </message>
        <message>
            <source>Forget the key</source>
            <translation>Забыть ключ</translation>
        </message>
        <message>
            <source>Forget the key of {0}</source>
            <translation>Забыть ключ {0}</translation>
        </message>
        <message>
            <source>Key in the system's key store</source>
            <translation>Ключ в хранилище ключей системы</translation>
        </message>
        <message>
            <source>Key from the environment</source>
            <translation>Ключ из окружения</translation>
        </message>
        <message>
            <source>Key for this session only: this system has no key store</source>
            <translation>Ключ только на этот сеанс: в системе нет хранилища ключей</translation>
        </message>
        <message>
            <source>No key</source>
            <translation>Ключа нет</translation>
        </message>
        <message>
            <source>Testing…</source>
            <translation>Проверяю…</translation>
        </message>
    </context>
    <context>
        <name>_Row</name>
        <message>
            <source>Do it now</source>
            <translation>Сделать сейчас</translation>
        </message>
        <message>
            <source>Pause</source>
            <translation>Пауза</translation>
        </message>
        <message>
            <source>Go on</source>
            <translation>Продолжить</translation>
        </message>
    </context>
</TS>
