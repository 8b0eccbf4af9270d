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
            <source>Quoting from memory</source>
            <translation>Цитаты из памяти</translation>
        </message>
        <message>
            <source>No language model is set up: answers are sentences from your files, word for word.</source>
            <translation>Языковая модель не подключена: ответы состоят из предложений ваших файлов, слово в слово.</translation>
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
            <source>Delete</source>
            <translation>Удалить</translation>
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
        <name>Composer</name>
        <message>
            <source>Ask, or drop files anywhere</source>
            <translation>Спросите или перетащите файлы сюда</translation>
        </message>
        <message>
            <source>Your question</source>
            <translation>Ваш вопрос</translation>
        </message>
        <message>
            <source>Enter sends it, Shift and Enter begin a new line</source>
            <translation>Enter отправляет вопрос, Shift и Enter начинают новую строку</translation>
        </message>
        <message>
            <source>Ask</source>
            <translation>Спросить</translation>
        </message>
        <message>
            <source>Sends the question</source>
            <translation>Отправляет вопрос</translation>
        </message>
    </context>
    <context>
        <name>ConversationDelegate</name>
        <message>
            <source>Title of the conversation</source>
            <translation>Название беседы</translation>
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
            <source>New conversation</source>
            <translation>Новая беседа</translation>
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
            <source>Search conversations</source>
            <translation>Поиск в беседах</translation>
        </message>
        <message>
            <source>Finds words in titles and in everything that was said</source>
            <translation>Ищет слова в названиях и во всём, что было сказано</translation>
        </message>
        <message>
            <source>Conversations</source>
            <translation>Беседы</translation>
        </message>
        <message>
            <source>No conversation holds these words.</source>
            <translation>Этих слов нет ни в одной беседе.</translation>
        </message>
        <message>
            <source>Your conversations will be listed here.</source>
            <translation>Здесь появятся ваши беседы.</translation>
        </message>
        <message>
            <source>Rename</source>
            <translation>Переименовать</translation>
        </message>
        <message>
            <source>Delete</source>
            <translation>Удалить</translation>
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
            <source>Pages</source>
            <translation>Страницы</translation>
        </message>
        <message>
            <source>Passages</source>
            <translation>Отрывки</translation>
        </message>
        <message>
            <source>Read</source>
            <translation>Прочитан</translation>
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
            <source>Search by name or folder</source>
            <translation>Поиск по имени или папке</translation>
        </message>
        <message>
            <source>Search documents</source>
            <translation>Поиск документов</translation>
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
            <source>Forget a document</source>
            <translation>Забыть документ</translation>
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
            <source>Forgetting</source>
            <translation>Забываю</translation>
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
        <name>Operations</name>
        <message>
            <source>That did not work ({0}). What was stored before is kept. The log holds the details.</source>
            <translation>Не получилось ({0}). Всё сохранённое раньше цело. Подробности в журнале.</translation>
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
            <source>Putting things away</source>
            <translation>Раскладываю по местам</translation>
        </message>
        <message>
            <source>What is being read is parked and goes on at the next start. Nothing is lost.</source>
            <translation>Чтение приостановлено и продолжится при следующем запуске. Ничего не потеряется.</translation>
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
        <name>TextPane</name>
        <message>
            <source>Text of the document</source>
            <translation>Текст документа</translation>
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
            <source>Select all</source>
            <translation>Выделить всё</translation>
        </message>
        <message>
            <source>could not answer</source>
            <translation>ответить не удалось</translation>
        </message>
        <message>
            <source>quoted from your files, no language model is set up</source>
            <translation>цитаты из ваших файлов, языковая модель не подключена</translation>
        </message>
    </context>
    <context>
        <name>Turns</name>
        <message>
            <source>Looking through your files…</source>
            <translation>Просматриваю ваши файлы…</translation>
        </message>
        <message>
            <source>Remembered for ever</source>
            <translation>Запомнено навсегда</translation>
        </message>
        <message>
            <source>Undo</source>
            <translation>Вернуть</translation>
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
    </context>
</TS>
